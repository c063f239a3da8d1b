using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary><see cref="MapFile"/>: what is in memory of a file that nobody maps.</summary>
public sealed class MapFileTests : IDisposable
{
    private const int MiB = 1 << 20;

    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_pages_touched_are_the_pages_counted()
    {
        NeedsResidency();
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(64 * s_page);
        using SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite);
        RandomAccess.Write(file, [1], 5 * s_page);
        RandomAccess.Write(file, [1], 40 * s_page);
        MapResidency all = MapFile.GetResidency(path);
        Assert.Equal((true, ResidencyScope.PageCache, 64, 2), (all.IsKnown, all.Scope, all.Pages, all.ResidentPages));
        Assert.Equal(MemoryMap.Capabilities.CanCountDirtyPages, all.DirtyPages is not null);
        Assert.Equal(all, MapFile.GetResidency(file));
        Assert.Equal((35, 1), Counts(MapFile.GetResidency(path, 5 * s_page, (35L * s_page) - 1)));
        Assert.Equal((36, 2), Counts(MapFile.GetResidency(path, 5 * s_page, (35L * s_page) + 1)));
        Assert.Equal((24, 1), Counts(MapFile.GetResidency(file, 40L * s_page)));
        Assert.Equal((0, 0), Counts(MapFile.GetResidency(file, 9, 0)));
        Assert.True(MapFile.GetResidency(file, 9, 0).IsKnown);
        Assert.Equal((0, 0), Counts(MapFile.GetResidency(file, 64L * s_page)));
    }

    [Fact]
    public void An_empty_file_has_nothing_in_memory()
    {
        NeedsResidency();
        string path = _scratch.Holding([]);
        Assert.Equal((true, 0), (MapFile.GetResidency(path).IsKnown, MapFile.GetResidency(path).Pages));
        Assert.Equal((true, 0), (MapFile.Evict(path).IsKnown, MapFile.Evict(path).Pages));
    }

    [Fact]
    public void A_file_that_nobody_maps_can_be_evicted_and_read_in_again()
    {
        NeedsResidency();
        Needs.Linux("what leaves the page cache depends on the system");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(64 * s_page);
        MapEviction eviction = MapFile.Evict(path);
        Assert.Equal(
            new MapEviction { IsKnown = true, Scope = ResidencyScope.PageCache, Pages = 64, ResidentPages = 64 },
            eviction);
        Assert.Equal(64, eviction.EvictedPages);
        Assert.Equal((64, 0), Counts(MapFile.GetResidency(path)));
        Assert.Equal(Pattern.Bytes(0, 64 * s_page), Files.Bytes(path));
        Assert.Equal(11, MapFile.Evict(path, (20 * s_page) + 5, 10L * s_page).Pages);
    }

    [Fact]
    public void Pages_that_are_mapped_stay_and_the_eviction_says_so()
    {
        NeedsResidency();
        Needs.Linux("what leaves the page cache depends on the system");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(16 * s_page);
        using MemoryMap map = MemoryMap.Open(path);
        map.Populate();
        MapEviction eviction = MapFile.Evict(path);
        Assert.Equal((16, 0), (eviction.RemainingPages, eviction.EvictedPages));
    }

    [Fact]
    public void Who_may_only_read_a_file_is_told_that_it_is_unknown()
    {
        Needs.Linux("the kernel tells owners only");
        Assert.SkipUnless(Linux.IsRoot, "only root has files that others may read and not own");
        string path = _scratch.Patterned(100);
        Linux.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using Child child = Child.StartUnprivileged(CacheParts.Asker, path);
        Assert.Equal(["False", "fine", "False", "fine", "fine"], child.Finish());
    }

    [Fact]
    public async Task A_file_is_read_ahead_in_parts()
    {
        string path = _scratch.Sparse(40 * MiB);
        var told = new Told();
        AdviceOutcome outcome = await MapFile.PrefetchAsync(path, told, TestContext.Current.CancellationToken);
        Assert.InRange(outcome, AdviceOutcome.Ignored, MemoryMap.Capabilities.GetOutcome(FileAdvice.WillNeed));
        told.AssertGrewTo(40 * MiB);
        Assert.True(told.Values.Count > 1);
        AssertLeftNothing(path);
    }

    [Fact]
    public async Task Reading_ahead_brings_all_of_it_in()
    {
        NeedsResidency();
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count pages while they are being read");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(64 * s_page);
        Assert.Equal(0, MapFile.Evict(path).RemainingPages);
        using SafeFileHandle file = Files.Open(path);
        await MapFile.PrefetchAsync(file, 10, s_page, null, TestContext.Current.CancellationToken);
        Assert.Equal((64, 2), Counts(MapFile.GetResidency(path)));
        await MapFile.PrefetchAsync(path, null, TestContext.Current.CancellationToken);
        Assert.Equal((64, 64), Counts(MapFile.GetResidency(path)));
        Assert.Equal(
            AdviceOutcome.Ignored,
            await MapFile.PrefetchAsync(file, 5, 0, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reading_ahead_can_be_cancelled_and_leaves_no_handle_open()
    {
        using var source = new CancellationTokenSource();
        string path = _scratch.Sparse(40 * MiB);
        var told = new Told(_ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await MapFile.PrefetchAsync(path, told, source.Token));
        Assert.Single(told.Values);
        Assert.True(MapFile.PrefetchAsync(path, told, source.Token).AsTask().IsCanceled);
        AssertLeftNothing(path);
    }

    [Fact]
    public async Task A_handle_disposed_meanwhile_stays_open_until_the_end()
    {
        string path = _scratch.Sparse(40 * MiB);
        SafeFileHandle file = Files.Open(path);
        using var begun = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        var told = new Told(_ =>
        {
            begun.Set();
            Threads.Await(disposed);
        });
        CancellationToken token = TestContext.Current.CancellationToken;
        Task reading = MapFile.PrefetchAsync(file, progress: told, cancellationToken: token).AsTask();
        Threads.Await(begun);
        file.Dispose();
        disposed.Set();
        await reading;
        AssertLeftNothing(path);
    }

    [Fact]
    public void Advice_has_the_outcome_announced()
    {
        using Scratch disk = Scratch.OnDisk();
        using SafeFileHandle file = Files.Open(disk.Patterned(3 * s_page));
        foreach (FileAdvice advice in Enum.GetValues<FileAdvice>())
        {
            Assert.Equal(MemoryMap.Capabilities.GetOutcome(advice), MapFile.Advise(file, advice));
            Assert.Equal(AdviceOutcome.Ignored, MapFile.Advise(file, advice, 5, 0));
        }
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(AdviceOutcome.Approximated, MapFile.Advise(file, FileAdvice.Random, 0, 1));
            Assert.Equal(AdviceOutcome.Applied, MapFile.Advise(file, FileAdvice.WillNeed, 0, 1));
        }
        Refused.Naming("advice", () => MapFile.Advise(file, (FileAdvice)6));
    }

    private static (long Pages, long Resident) Counts(MapResidency residency) =>
        (residency.Pages, residency.ResidentPages);

    private static void AssertLeftNothing(string path)
    {
        if (Mappings.CanTell)
        {
            Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
        }
    }

    private static void NeedsResidency() =>
        Needs.Capability(MemoryMap.Capabilities.CanGetFileResidency, "tell the residency of a file");
}
