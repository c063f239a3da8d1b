namespace MmapIo.Tests;

/// <summary>Faults by the hundred thousand, while the runtime does all it does with signals and threads of its own.</summary>
public sealed class FaultStormTests : IDisposable
{
    private const int Threads = 2;
    private const int FaultsEach = 55_000;

    private readonly Scratch _scratch = new();

    private bool _done;
    private long _caught;
    private long _tasks;
    private long _collections;

    private static int Page => Environment.SystemPageSize;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_hundred_thousand_faults_are_survived_under_collections_exceptions_and_tasks()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(4 * Page), MapAccess.ReadWrite);
        Cut.To(_scratch.At("patterned"), 2 * Page);
        ulong before = Interop.mmapio_guard_faults();
        using (Tests.Threads.Start(CollectUntilDone, Finish))
        using (Tests.Threads.Start(CatchUntilDone, Finish))
        using (Tests.Threads.Start(RunTasksUntilDone, Finish))
        {
            var copiers = new List<Threads.Running>();
            for (int i = 0; i < Threads; i++)
            {
                int first = i;
                copiers.Add(Tests.Threads.Start(() => CopyInto(map, first)));
            }
            copiers.ForEach(copier => copier.Dispose());
            Finish();
        }
        Assert.True(Interop.mmapio_guard_faults() - before >= Threads * FaultsEach);

        // All of it has to have gone on, or nothing was tested.
        Assert.True(_caught > 100 && _tasks > 100 && _collections > 10, $"{_caught} {_tasks} {_collections}");
    }

    private static void CopyInto(MemoryMap map, int first)
    {
        for (int i = first; i < FaultsEach + first; i++)
        {
            // Fresh arrays now and then, which the collector moves about.
            byte[] bytes = new byte[200];
            int before = i % 200;
            bool whole = i % 2 == 0
                ? map.TryRead((2 * Page) - before, bytes, out int copied)
                : map.TryWrite((2 * Page) - before, Pattern.Bytes((2 * Page) - before, 200), out copied);
            if (whole || copied != before || (i % 2 == 0 && before > 0 && bytes[0] != Pattern.At((2 * Page) - before)))
            {
                Assert.Fail($"{whole} {copied} of {before}");
            }
        }
    }

    private void CollectUntilDone()
    {
        while (!Volatile.Read(ref _done))
        {
            GC.Collect(_collections % 3 == 0 ? 2 : 0, GCCollectionMode.Forced, blocking: true, compacting: true);
            _collections++;
        }
    }

    private void CatchUntilDone()
    {
        while (!Volatile.Read(ref _done))
        {
            try
            {
                // A SIGSEGV inside, which the runtime's own handler turns into this.
                _ = Nothing()!.Length;
                Assert.Fail("no exception");
            }
            catch (NullReferenceException)
            {
                _caught++;
            }
        }
    }

    private void RunTasksUntilDone()
    {
        while (!Volatile.Read(ref _done))
        {
            Task<int>[] tasks = [.. Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
            {
                await Task.Yield();
                return new byte[1000 + i].Length;
            }))];
            _tasks += Task.WhenAll(tasks).GetAwaiter().GetResult().Length;
        }
    }

    private void Finish() => Volatile.Write(ref _done, true);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static string? Nothing() => null;
}
