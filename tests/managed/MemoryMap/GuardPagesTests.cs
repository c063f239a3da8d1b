namespace MmapIo.Tests;

public sealed class GuardPagesTests : IDisposable
{
    private static readonly MapOptions s_guarded = new() { GuardPages = true };

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Nobody_may_touch_the_pages_around_a_map()
    {
        Needs.Linux("the kernel's account of mappings");
        int page = MemoryMap.PageSize;
        string path = _scratch.Patterned(2 * page);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, s_guarded))
        {
            (string before, string after) = Around(path);
            Assert.Equal(("---p", "---p"), (before, after));
            Assert.Equal(Pattern.At(2 * page - 1), map.Read<byte>(2 * page - 1));
        }
        Assert.Equal(0, Mappings.Count(path));
    }

    [Fact]
    public void A_guarded_map_grows_within_its_reserve_only()
    {
        Needs.Capability(MemoryMap.Capabilities.CanReserve, "keep address space for a file");
        int page = MemoryMap.PageSize;
        var options = new MapOptions { GuardPages = true, Reserve = 10 * page };
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(page), MapAccess.ReadWrite, options);
        map.Resize(10 * page);
        map.Write(10 * page - 8, 1L);
        Assert.Throws<PlatformNotSupportedException>(() => map.Resize(11 * page));
        Assert.Equal(10 * page, map.Length);
    }

    private static (string Before, string After) Around(string path)
    {
        string[] lines = File.ReadAllLines("/proc/self/maps");
        int at = Array.FindIndex(lines, line => line.EndsWith(path, StringComparison.Ordinal));
        string[] own = lines[at].Split(' ')[0].Split('-');
        string Permissions(string line) => line.Split(' ')[1];
        Assert.EndsWith(own[0], lines[at - 1].Split(' ')[0], StringComparison.Ordinal);
        Assert.StartsWith(own[1], lines[at + 1], StringComparison.Ordinal);
        return (Permissions(lines[at - 1]), Permissions(lines[at + 1]));
    }
}
