namespace MmapIo.Tests;

public sealed class HugePagesTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void Preferred_ones_come_or_others_do_and_the_map_says_which()
    {
        var options = new MapOptions { HugePages = HugePages.Prefer(2 * Mebibyte) };
        using MemoryMap map = MemoryMap.CreateAnonymous(3 * Mebibyte, options);
        map.Write(3 * Mebibyte - 8, 1L);
        Assert.Equal(3 * Mebibyte, map.Length);
        Assert.NotEqual(HugePageMode.Prefer, map.HugePages.Mode);
        Assert.Equal(map.HugePages.Mode == HugePageMode.Require ? 2 * Mebibyte : 0, map.HugePages.Size);
    }

    [Fact]
    public void Required_ones_that_nobody_has_are_refused()
    {
        var options = new MapOptions { HugePages = HugePages.Require(1L << 40) };
        Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.CreateAnonymous(10, options));
        Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.CreateShared(null, 10, options));
    }

    [Fact]
    public void More_than_are_set_aside_is_a_limit_that_is_named()
    {
        Needs.Linux("huge pages are set aside by number there");
        Needs.Capability(Directory.Exists("/sys/kernel/mm/hugepages/hugepages-2048kB"), "have huge pages of 2 MiB");
        var options = new MapOptions { HugePages = HugePages.Require(2 * Mebibyte) };
        MmapIoException refused = Assert.Throws<MmapIoException>(() => MemoryMap.CreateAnonymous(1L << 40, options));
        Assert.Equal(MapStatus.LimitReached, refused.Status);
        Assert.Contains("vm.nr_hugepages", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transparent_ones_are_told_where_the_system_makes_them()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(
            8 * Mebibyte, new MapOptions { HugePages = HugePages.Transparent });
        // Wine shows the files of the Linux below it.
        bool makes = OperatingSystem.IsLinux() && File.Exists("/sys/kernel/mm/transparent_hugepage/enabled")
            && !File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[never]", StringComparison.Ordinal);
        Assert.Equal(makes ? HugePages.Transparent : HugePages.None, map.HugePages);
        using MemoryMap plain = MemoryMap.CreateAnonymous(10);
        Assert.Equal(HugePages.None, plain.HugePages);
    }

    [Theory]
    [InlineData(HugePageMode.Prefer, 3)]
    [InlineData(HugePageMode.Prefer, -1)]
    [InlineData((HugePageMode)7, 0)]
    public void A_wish_that_makes_no_sense_is_refused(HugePageMode mode, long size) => Refused.Naming(
        "options", () => MemoryMap.CreateAnonymous(10, new MapOptions { HugePages = new HugePages(mode, size) }));
}
