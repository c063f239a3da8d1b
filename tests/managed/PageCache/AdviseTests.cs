namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Advise(MapAdvice)"/>: hints report what became of them, and nothing is lost.</summary>
public sealed class AdviseTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public static TheoryData<MapAdvice> AllAdvice => [.. Enum.GetValues<MapAdvice>()];

    /// <summary>What every Linux since 5.4 takes for a file.</summary>
    public static TheoryData<MapAdvice> PlainHints => [
        MapAdvice.Normal, MapAdvice.Random, MapAdvice.Sequential, MapAdvice.WillNeed, MapAdvice.DontNeed,
        MapAdvice.DontFork, MapAdvice.DoFork, MapAdvice.DontDump, MapAdvice.DoDump, MapAdvice.Cold, MapAdvice.PageOut];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(AllAdvice))]
    public void The_outcome_is_never_better_than_the_capabilities_promise(MapAdvice advice)
    {
        if (advice == MapAdvice.Remove)
        {
            Needs.RealKernel("it follows no advice, and refuses none");
        }
        AdviceOutcome promised = MemoryMap.Capabilities.GetOutcome(advice);
        string path = _scratch.Patterned(4 * s_page);
        using MemoryMap shared = MemoryMap.Open(path, MapAccess.ReadWrite);
        using MemoryMap copy = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        using MemoryMap memory = MemoryMap.CreateAnonymous(4 * s_page);
        foreach (MemoryMap map in new[] { shared, copy, memory })
        {
            if (map == copy && advice == MapAdvice.Remove)
            {
                // No hint any more: the file is not this map's to change, and to keep silent would be a lie.
                Assert.Throws<UnauthorizedAccessException>(() => map.AdviseDestructive(advice, 0, map.Length));
                continue;
            }
            Assert.InRange(map.AdviseDestructive(advice, 0, map.Length), AdviceOutcome.Ignored, promised);
            Assert.InRange(map.AdviseDestructive(advice, s_page - 1, 2), AdviceOutcome.Ignored, promised);
        }
    }

    [Theory]
    [MemberData(nameof(PlainHints))]
    public void A_hint_that_the_system_knows_is_applied_to_a_shared_map(MapAdvice advice)
    {
        Needs.Linux("other systems know less advice, and say so in their capabilities");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Patterned(4 * s_page), MapAccess.ReadWrite);
        Assert.Equal(AdviceOutcome.Applied, MemoryMap.Capabilities.GetOutcome(advice));
        Assert.Equal(AdviceOutcome.Applied, map.Advise(advice));
        Assert.Equal(AdviceOutcome.Applied, map.Advise(advice, s_page + 7, s_page));
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(0, 4 * s_page), lease.Span);
    }

    [Fact]
    public void A_hint_that_this_kind_of_map_does_not_take_is_ignored_without_an_error()
    {
        Needs.RealKernel("it follows no advice, and refuses none");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(s_page), MapAccess.ReadWrite);
        Assert.Equal(AdviceOutcome.Ignored, map.Advise(MapAdvice.WipeOnFork));
    }

    [Fact]
    public void An_advice_about_nothing_is_ignored()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(s_page));
        Assert.Equal(AdviceOutcome.Ignored, map.Advise(MapAdvice.WillNeed, 10, 0));
        Assert.Equal(AdviceOutcome.Ignored, map.Advise(MapAdvice.WillNeed, map.Length, 0));
    }

    [Fact]
    public void A_map_for_reading_does_not_take_anything_out_of_its_file()
    {
        string path = _scratch.Patterned(4 * s_page);
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using MemoryMap map = MemoryMap.Open(file.SafeFileHandle, MapAccess.Read);
        Assert.Throws<UnauthorizedAccessException>(() => map.AdviseDestructive(MapAdvice.Remove, 0, map.Length));
        Assert.Equal(Pattern.At(1), map.Read<byte>(1));
    }

    [Theory]
    [InlineData(MapAccess.ReadWrite, MapAdvice.Remove)]
    [InlineData(MapAccess.ReadWrite, MapAdvice.Free)]
    [InlineData(MapAccess.CopyOnWrite, MapAdvice.DontNeed)]
    [InlineData(MapAccess.CopyOnWrite, MapAdvice.DontNeedLocked)]
    [InlineData(MapAccess.CopyOnWrite, MapAdvice.Free)]
    [InlineData(MapAccess.CopyOnWrite, MapAdvice.Remove)]
    public void An_advice_that_destroys_is_refused_and_nothing_is_lost(MapAccess access, MapAdvice advice)
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(2 * s_page), access);
        map.Write(s_page, 0x55AA55AA);
        string message = Assert.Throws<InvalidOperationException>(() => map.Advise(advice)).Message;
        Assert.Contains(nameof(MemoryMap.AdviseDestructive), message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => map.Advise(advice, s_page, 4));
        Assert.Equal(0x55AA55AA, map.Read<int>(s_page));
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
    }

    [Fact]
    public void Asked_for_by_its_name_it_destroys_every_page_that_the_range_touches()
    {
        Needs.Linux("elsewhere DontNeed may keep what was written");
        using MemoryMap map = MemoryMap.CreateAnonymous(4 * s_page);
        using (MapWriteLease lease = map.LeaseForWrite())
        {
            lease.Span.Fill(1);
        }
        Assert.Equal(AdviceOutcome.Applied, map.AdviseDestructive(MapAdvice.DontNeed, (2 * s_page) - 1, 2));
        Assert.Equal([1, 0, 0, 1], Enumerable.Range(0, 4).Select(page => map.Read<byte>(page * s_page)));
        Assert.Equal([1, 0, 0, 1], Enumerable.Range(1, 4).Select(page => map.Read<byte>((page * s_page) - 1)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(26)]
    [InlineData(0x40000000)]
    public void A_number_that_is_no_advice_is_refused(int number)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        var advice = (MapAdvice)number;
        Refused.Naming("advice", () => map.Advise(advice));
        Refused.Naming("advice", () => map.AdviseDestructive(advice, 0, 1));
        Refused.Naming("advice", () => MemoryMap.Capabilities.GetOutcome(advice));
    }
}
