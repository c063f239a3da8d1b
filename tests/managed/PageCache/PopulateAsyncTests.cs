namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.PopulateAsync"/>.</summary>
public sealed class PopulateAsyncTests : IDisposable
{
    private const int MiB = 1 << 20;

    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task All_pages_are_there_afterwards(int degree)
    {
        Needs.Capability(MemoryMap.Capabilities.CanGetResidency, "tell residency");
        using MemoryMap map = MemoryMap.CreateAnonymous((20 * MiB) + 77);
        var told = new Told();
        PopulateResult result = await map.PopulateAsync(
            forWriting: true, degree, told, TestContext.Current.CancellationToken);
        Assert.Equal(map.Length, result.Bytes);
        Assert.True(result.Elapsed > TimeSpan.Zero);
        Assert.Equal(result.Bytes / result.Elapsed.TotalSeconds, result.BytesPerSecond, 1.0);
        Assert.Equal(map.PageCount, map.GetResidency().ResidentPages);
        told.AssertGrewTo(map.Length);
    }

    [Fact]
    public async Task A_map_of_nothing_is_populated_at_once()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([]));
        PopulateResult result = await map.PopulateAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0L, 0.0), (result.Bytes, result.BytesPerSecond));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_an_exception_and_the_map_lives_on()
    {
        Needs.Posix("Windows cuts no file off that is mapped");
        string path = _scratch.Sparse(40 * MiB);
        using MemoryMap map = MemoryMap.Open(path);
        Cut.To(path, 20 * MiB);
        MmapIoException fault = await Assert.ThrowsAsync<MmapIoException>(
            async () => await map.PopulateAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(MapStatus.Fault, fault.Status);
        Assert.NotEqual(0, fault.OsErrorCode);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, map.Read<byte>((20 * MiB) - 1));
        map.Protect(MapProtection.None, 0, s_page);
    }

    [Fact]
    public async Task A_map_that_permits_no_writing_is_refused()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await map.PopulateAsync(
            forWriting: true, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_negative_number_of_threads_is_refused()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        Refused.Naming("degreeOfParallelism", () => map.PopulateAsync(degreeOfParallelism: -1).AsTask());
    }

    [Fact]
    public async Task Cancelling_leaves_the_map_as_it_was()
    {
        using var source = new CancellationTokenSource();
        using MemoryMap map = MemoryMap.CreateAnonymous(64 * MiB);
        var told = new Told(_ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await map.PopulateAsync(true, 1, told, source.Token));
        Assert.Single(told.Values);
        map.Write(map.Length - 8, 5L);
        Assert.Equal(5L, map.Read<long>(map.Length - 8));
        ValueTask<PopulateResult> late = map.PopulateAsync(cancellationToken: source.Token);
        Assert.True(late.IsCanceled);
        map.Resize(MiB);
    }

    [Fact]
    public async Task What_progress_throws_ends_nothing()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(64 * MiB);
        int calls = 0;
        var told = new Told(_ =>
        {
            calls++;
            throw new InvalidTimeZoneException();
        });
        PopulateResult result = await map.PopulateAsync(true, 2, told, TestContext.Current.CancellationToken);
        Assert.Equal(64 * MiB, result.Bytes);
        Assert.NotEqual(0, calls);
        _ = await map.PrefetchAsync(told, TestContext.Current.CancellationToken);
        map.Resize(MiB);
    }

    [Fact]
    public async Task Until_the_end_the_map_stays_mapped_though_disposed()
    {
        Needs.Linux("the kernel's account of mappings");
        string path = _scratch.Sparse(64 * MiB);
        using var begun = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        var told = new Told(_ =>
        {
            begun.Set();
            Threads.Await(disposed);
        });
        CancellationToken token = TestContext.Current.CancellationToken;
        Task<PopulateResult> populating = map.PopulateAsync(false, 2, told, token).AsTask();
        Threads.Await(begun);
        Assert.Throws<InvalidOperationException>(() => map.Protect(MapProtection.Read, 0, 1));
        Assert.Throws<InvalidOperationException>(() => map.Resize(MiB));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
        Assert.Equal(1, Mappings.Count(path));
        disposed.Set();
        Assert.Equal(64 * MiB, (await populating).Bytes);
        Assert.Equal(0, Mappings.Count(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Threads_that_cannot_be_had_are_made_up_for_and_those_there_are_waited_for(int available)
    {
        const long Length = 100 * MiB;
        var few = new FewThreads(available);
        long done = 0;
        int running = 0;
        var population = new Population(
            (_, bytes) =>
            {
                Interlocked.Increment(ref running);
                Interlocked.Add(ref done, bytes);
                Interlocked.Decrement(ref running);
            },
            Length, progress: null, TestContext.Current.CancellationToken, few);
        Task<PopulateResult> run = population.Run(8);
        Assert.Equal(available == 0, run.IsCompleted);
        few.LetGoOn();
        Assert.Equal(Length, (await run).Bytes);
        Assert.Equal((Length, 0), (done, running));
        few.Dispose();
    }

    [Fact]
    public async Task What_is_done_although_queueing_it_failed_is_what_ends_it()
    {
        int ends = 0;
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        Thread? thread = null;
        Task<int> run = HeldWork.Run(
            () =>
            {
                begun.Set();
                Threads.Await(goOn);
                return Volatile.Read(ref ends);
            },
            () => Interlocked.Increment(ref ends),
            work =>
            {
                thread = new Thread(() => work());
                thread.Start();
                Threads.Await(begun);
                throw new InvalidTimeZoneException();
            });
        Assert.Equal(0, Volatile.Read(ref ends));
        goOn.Set();
        Assert.Equal(0, await run);
        thread!.Join();
        Assert.Equal(1, ends);
    }

    [Fact]
    public async Task What_could_not_be_queued_has_its_end_and_is_not_done_later()
    {
        int ends = 0;
        bool worked = false;
        Action? late = null;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => HeldWork.Run(() => worked = true, () => ends++, work =>
        {
            late = work;
            throw new InvalidTimeZoneException();
        }));
        late!();
        Assert.Equal((1, false), (ends, worked));
    }

    /// <summary>A scheduler for whom the system has so many threads, which wait until they are let go on.</summary>
    private sealed class FewThreads(int available) : TaskScheduler, IDisposable
    {
        private readonly List<Thread> _threads = [];
        private readonly ManualResetEventSlim _goOn = new();

        public void LetGoOn() => _goOn.Set();

        public void Dispose()
        {
            _goOn.Set();
            _threads.ForEach(thread => thread.Join());
        }

        protected override void QueueTask(Task task)
        {
            if (_threads.Count >= available)
            {
                throw new InvalidOperationException("There are no threads left.");
            }
            var thread = new Thread(() =>
            {
                Threads.Await(_goOn);
                TryExecuteTask(task);
            });
            _threads.Add(thread);
            thread.Start();
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
