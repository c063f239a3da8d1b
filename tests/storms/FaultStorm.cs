using System.Runtime.CompilerServices;

namespace MmapIo.Storms;

/// <summary>Faults by the thousand, while the runtime does all it does with signals and threads of its own.</summary>
internal sealed class FaultStorm
{
    private const int Copiers = 2;
    private const int CopyLength = 200;

    private readonly MemoryMap _map;
    private readonly Workers _load = new();
    private readonly int _faultsEach;
    private bool _done;
    private long _caught;
    private long _tasks;
    private long _collections;

    private FaultStorm(MemoryMap map, int faults)
    {
        _map = map;
        _faultsEach = (faults + Copiers - 1) / Copiers;
    }

    private static int Page => Environment.SystemPageSize;

    /// <summary>Where the file of the storm ends, of the four pages that are mapped.</summary>
    private static int End => 2 * Page;

    /// <summary>All of it has to go on meanwhile, or nothing is tested.</summary>
    private bool IsUnderLoad => _load.Failed
        || (Volatile.Read(ref _caught) > 10 && Volatile.Read(ref _tasks) > 20 && Volatile.Read(ref _collections) > 2);

    /// <summary>Raises at least that many faults in copies out of and into a file that was cut off.</summary>
    /// <returns>What went on meanwhile: exceptions caught, tasks run, collections.</returns>
    public static string Run(string path, int faults)
    {
        Storm.Write(path, 4 * Page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        Storm.Cut(path, End);
        return new FaultStorm(map, faults).Rage();
    }

    private string Rage()
    {
        var copiers = new Workers();
        _load.Start(CollectUntilDone);
        _load.Start(CatchUntilDone);
        _load.Start(RunTasksUntilDone);
        for (int i = 0; i < Copiers; i++)
        {
            int first = i;
            copiers.Start(() => CopyInto(first));
        }
        try
        {
            copiers.Join();
        }
        finally
        {
            Volatile.Write(ref _done, true);
            _load.Join();
        }
        return $"{Copiers * _faultsEach} faults or more, {_caught} exceptions, {_tasks} tasks, {_collections} collections";
    }

    private void CopyInto(int first)
    {
        for (int i = first; i < _faultsEach + first || !IsUnderLoad; i++)
        {
            // Fresh arrays each time, which the collector moves about.
            byte[] bytes = new byte[CopyLength];
            int before = i % CopyLength;
            int start = End - before;
            int copied;
            bool whole;
            if (i % 2 == 0)
            {
                whole = _map.TryRead(start, bytes, out copied);
            }
            else
            {
                for (int place = 0; place < CopyLength; place++)
                {
                    bytes[place] = Storm.ByteAt(start + place);
                }
                whole = _map.TryWrite(start, bytes, out copied);
            }
            Storm.Require(
                !whole && copied == before && (before == 0 || bytes[0] == Storm.ByteAt(start)),
                $"{whole} {copied} of {before}");
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
                Storm.Require(false, "no exception");
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string? Nothing() => null;
}
