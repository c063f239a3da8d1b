using System.Buffers;

namespace MmapIo.Tests;

/// <summary>Readers that never stop, and maps that go away under them.</summary>
public sealed class ReadersAgainstDisposeTests : IDisposable
{
    private const int Readers = 3;
    private const int Maps = 50_000;

    /// <summary>One map in so many is read through spans that only the garbage collector knows the end of.</summary>
    private const int SpanEvery = 200;
    private const int Length = 3 * 4096;

    private readonly Scratch _scratch = new();

    private MemoryMap? _current;
    private MemoryMap? _lastRead;
    private bool _mayTakeSpans;
    private bool _done;
    private long _right;
    private long _refused;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void No_reader_crashes_and_no_mapping_is_left()
    {
        string path = _scratch.Patterned(Length);
        var readers = new List<Threads.Running>();
        try
        {
            for (int reader = 0; reader < Readers; reader++)
            {
                int first = reader;
                readers.Add(Threads.Start(() => ReadUntilDone(first)));
            }
            for (int i = 0; i < Maps; i++)
            {
                using MemoryMap map = MemoryMap.Open(path);
                Volatile.Write(ref _mayTakeSpans, i % SpanEvery == 0);
                Volatile.Write(ref _current, map);

                // Closed when the readers are at it, and not before the first of them has come.
                var spin = default(SpinWait);
                while (Volatile.Read(ref _lastRead) != map && readers.TrueForAll(reader => reader.IsRunning))
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _done, true);
            readers.ForEach(reader => reader.Dispose());
        }

        // Both have to have happened often, or nothing was tested.
        Assert.True(_right >= Maps, $"{_right} reads");
        Assert.True(_refused > 0, "no read of a closed map");
        if (Mappings.CanTell)
        {
            // Not left to the garbage collector, but for those few: the last reader of a closed map has unmapped it.
            Assert.InRange(Mappings.Count(path), 0, 2 * Maps / SpanEvery);
            Garbage.CollectUntil(() => Mappings.Count(path) == 0);
            Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
        }
    }

    private void ReadUntilDone(int first)
    {
        long right = 0;
        long refused = 0;
        for (long i = first; !Volatile.Read(ref _done); i++)
        {
            if (Volatile.Read(ref _current) is { } map)
            {
                try
                {
                    right += (i % 6) switch
                    {
                        0 => ReadValue(map, i),
                        1 => ReadLease(map),
                        2 => ReadCopy(map, i),
                        3 => ReadPinned(map, i),
                        4 => Volatile.Read(ref _mayTakeSpans) ? ReadSpan(map, i) : ReadValue(map, i),
                        _ => ReadNested(map, i),
                    };
                    Volatile.Write(ref _lastRead, map);
                }
                catch (ObjectDisposedException)
                {
                    refused++;
                }
            }
            if (i % 16 == 0)
            {
                // More threads than processors: let the one that disposes have its turn.
                Thread.Yield();
            }
        }
        Interlocked.Add(ref _right, right);
        Interlocked.Add(ref _refused, refused);
    }

    private static int ReadValue(MemoryMap map, long i)
    {
        long place = i % Length;
        Assert.Equal(Pattern.At(place), map.Read<byte>(place));
        return 1;
    }

    private static int ReadLease(MemoryMap map)
    {
        using MapLease lease = map.Lease();
        for (long place = 0; place < Length; place += 1000)
        {
            Assert.Equal(Pattern.At(place), lease[place]);
        }
        return 1;
    }

    private static int ReadCopy(MemoryMap map, long i)
    {
        Span<byte> bytes = stackalloc byte[100];
        long place = i % (Length - 100);
        Assert.True(map.TryRead(place, bytes, out int read));
        Assert.Equal((100, Pattern.At(place), Pattern.At(place + 99)), (read, bytes[0], bytes[99]));
        return 1;
    }

    /// <summary>A pin ends when it is told to, on whichever thread.</summary>
    private static unsafe int ReadPinned(MemoryMap map, long i)
    {
        int place = (int)(i % (Length - 100));
        using MemoryHandle pin = map.GetReadOnlyMemory(place, 100).Pin();
        Assert.Equal(Pattern.At(place + 99), ((byte*)pin.Pointer)[99]);
        return 1;
    }

    private static int ReadSpan(MemoryMap map, long i)
    {
        int place = (int)(i % (Length - 100));
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(place, 100);
        ReadOnlySpan<byte> span = memory.Span;
        Thread.Yield();
        Assert.Equal(Pattern.At(place + 99), span[99]);
        GC.KeepAlive(memory);
        return 1;
    }

    private static int ReadNested(MemoryMap map, long i)
    {
        using MapLease outer = map.Lease(0, 4096);
        long place = i % 4096;
        try
        {
            using MapLease inner = map.Lease(4096, 8192);
            Assert.Equal(Pattern.At(4096 + place), inner[place]);
        }
        catch (ObjectDisposedException)
        {
            // Closed between the two: the outer lease holds all the same.
        }
        Assert.Equal(Pattern.At(place), outer[place]);
        return 1;
    }
}
