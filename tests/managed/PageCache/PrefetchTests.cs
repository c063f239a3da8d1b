namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Prefetch(ReadOnlySpan{MapRange})"/> and its kin.</summary>
public sealed class PrefetchTests : IDisposable
{
    private const int MiB = 1 << 20;

    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public static TheoryData<long, long> Outside => new()
    {
        { -1, 0 }, { 0, -1 }, { 101, 0 }, { 0, 101 }, { 100, 1 }, { long.MaxValue, 1 }, { 1, long.MaxValue },
        { long.MinValue, long.MaxValue },
    };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_outcome_is_the_one_announced()
    {
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Patterned(3 * s_page));
        AdviceOutcome announced = MemoryMap.Capabilities.GetOutcome(MapAdvice.WillNeed);
        Assert.Equal(announced, map.Prefetch(5, s_page));
        Assert.Equal(announced, map.Prefetch([new MapRange(s_page, 2), new MapRange(0, 1), new MapRange(0, 0)]));
        Assert.Equal(AdviceOutcome.Ignored, map.Prefetch([]));
        Assert.Equal(AdviceOutcome.Ignored, map.Prefetch(7, 0));
    }

    [Fact]
    public void Just_the_pages_of_the_ranges_come_in()
    {
        Needs.PageCacheResidency();
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count pages while they are being read");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(64 * s_page);
        Assert.Equal(0, MapFile.Evict(path).RemainingPages);
        using MemoryMap map = MemoryMap.Open(path);
        map.Prefetch([new MapRange(60 * s_page, 1), new MapRange((3 * s_page) - 1, 2)]);
        Assert.Equal((3, 1), (map.GetResidency().ResidentPages, map.GetResidency(60 * s_page, 1).ResidentPages));
    }

    [Theory]
    [MemberData(nameof(Outside))]
    public async Task A_range_outside_of_the_map_is_refused(long offset, long length)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        MapRange[] ranges = [new(0, 1), new(offset, length)];
        Refused.Naming("ranges", () => map.Prefetch(ranges));
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => map.Prefetch(offset, length));
        await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(
            async () => await map.PrefetchAsync(ranges, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task All_of_a_map_is_asked_for_in_parts()
    {
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Sparse(40 * MiB));
        var told = new Told();
        Assert.Equal(
            MemoryMap.Capabilities.GetOutcome(MapAdvice.WillNeed),
            await map.PrefetchAsync(told, TestContext.Current.CancellationToken));
        told.AssertGrewTo(40 * MiB);
        Assert.True(told.Values.Count > 1);
    }

    [Fact]
    public async Task Many_small_ranges_are_asked_for_in_few_parts()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(8 * s_page));
        MapRange[] ranges = [.. Enumerable.Range(0, 3000).Select(i => new MapRange(i * 7 % (7 * s_page), i % 100))];
        var told = new Told();
        await map.PrefetchAsync(ranges, told, TestContext.Current.CancellationToken);
        told.AssertGrewTo(ranges.Sum(range => range.Length));
        Assert.InRange(told.Values.Count, 1, 3);
        Assert.Equal(AdviceOutcome.Ignored, await map.PrefetchAsync(
            ReadOnlyMemory<MapRange>.Empty, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancelling_ends_it_between_two_parts()
    {
        using var source = new CancellationTokenSource();
        using MemoryMap map = MemoryMap.Open(_scratch.Sparse(40 * MiB));
        var told = new Told(_ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await map.PrefetchAsync(told, source.Token));
        Assert.Single(told.Values);
        Assert.True(map.PrefetchAsync(told, source.Token).AsTask().IsCanceled);
        Assert.Equal(0, map.Read<byte>(0));
        map.Protect(MapProtection.None);
    }

    [Fact]
    public async Task Until_the_end_the_map_stays_mapped_though_disposed()
    {
        Needs.Linux("the kernel's account of mappings");
        string path = _scratch.Sparse(40 * MiB);
        using var begun = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        MemoryMap map = MemoryMap.Open(path);
        var told = new Told(_ =>
        {
            begun.Set();
            Threads.Await(disposed);
        });
        Task prefetching = map.PrefetchAsync(told, TestContext.Current.CancellationToken).AsTask();
        Threads.Await(begun);
        map.Dispose();
        Assert.Equal(1, Mappings.Count(path));
        disposed.Set();
        await prefetching;
        Assert.Equal(0, Mappings.Count(path));
        told.AssertGrewTo(40 * MiB);
    }
}
