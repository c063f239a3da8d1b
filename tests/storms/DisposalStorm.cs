using System.Buffers;

namespace MmapIo.Storms;

/// <summary>Readers that never stop, and maps that go away under them.</summary>
internal sealed class DisposalStorm
{
    private const int Readers = 3;
    private const int Page = 4096;
    private const int Length = 3 * Page;
    private const int Part = 100;

    /// <summary>One map in so many is read through spans that only the garbage collector knows the end of.</summary>
    private const int SpanEvery = 200;

    private MemoryMap? _current;
    private MemoryMap? _lastRead;
    private bool _mayTakeSpans;
    private bool _done;
    private long _right;
    private long _refused;

    /// <summary>Opens and disposes that many maps. No reader may crash or read a wrong byte; no mapping may be left.</summary>
    /// <returns>How many reads were right, and how many came too late.</returns>
    public static string Run(string path, int maps)
    {
        Storm.Write(path, Length);
        return new DisposalStorm().Rage(path, maps);
    }

    private string Rage(string path, int maps)
    {
        var readers = new Workers();
        try
        {
            for (int reader = 0; reader < Readers; reader++)
            {
                int first = reader;
                readers.Start(() => ReadUntilDone(first));
            }
            for (int i = 0; i < maps && !readers.Failed; i++)
            {
                using MemoryMap map = MemoryMap.Open(path);
                Volatile.Write(ref _mayTakeSpans, i % SpanEvery == 0);
                Volatile.Write(ref _current, map);

                // Closed when the readers are at it, and not before the first of them has come.
                var spin = default(SpinWait);
                while (Volatile.Read(ref _lastRead) != map && !readers.Failed)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _done, true);
            readers.Join();
        }

        // Both have to have happened often, or nothing was tested.
        Storm.Require(_right >= maps, $"{_right} reads");
        Storm.Require(_refused > 0, "no read of a closed map");
        RequireNoneLeft(path, 1 + (2 * maps / SpanEvery));
        return $"{maps} maps, {_right} reads, {_refused} refused";
    }

    /// <summary>
    /// Not left to the garbage collector, but for those few: the last reader of a closed map has unmapped it.
    /// </summary>
    private static void RequireNoneLeft(string path, int few)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        int left = MappingsOf(path);
        Storm.Require(left <= few, $"{left} mappings left");
        for (int round = 0; round < 10 && MappingsOf(path) + DescriptorsOf(path) > 0; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Storm.Require(
            MappingsOf(path) + DescriptorsOf(path) == 0,
            $"{MappingsOf(path)} mappings, {DescriptorsOf(path)} descriptors left");
    }

    private static int MappingsOf(string path) =>
        File.ReadLines("/proc/self/maps").Count(line => line.EndsWith(path, StringComparison.Ordinal));

    private static int DescriptorsOf(string path) => Directory.EnumerateFiles("/proc/self/fd").Count(
        file => new FileInfo(file) is { Exists: true } link && link.LinkTarget == path);

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
                    ReadOnce(map, i);
                    right++;
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

    private void ReadOnce(MemoryMap map, long i)
    {
        switch (i % 6)
        {
            case 1:
                ReadLease(map);
                break;
            case 2:
                ReadCopy(map, i);
                break;
            case 3:
                ReadPinned(map, i);
                break;
            case 4 when Volatile.Read(ref _mayTakeSpans):
                ReadSpan(map, i);
                break;
            case 5:
                ReadNested(map, i);
                break;
            default:
                RequireByte(map.Read<byte>(i % Length), i % Length);
                break;
        }
    }

    private static void ReadLease(MemoryMap map)
    {
        using MapLease lease = map.Lease();
        for (long place = 0; place < Length; place += 1000)
        {
            RequireByte(lease[place], place);
        }
    }

    private static void ReadCopy(MemoryMap map, long i)
    {
        Span<byte> bytes = stackalloc byte[Part];
        long place = i % (Length - Part);
        Storm.Require(map.TryRead(place, bytes, out int read) && read == Part, $"{read} of {Part}");
        RequireByte(bytes[0], place);
        RequireByte(bytes[^1], place + Part - 1);
    }

    /// <summary>A pin ends when it is told to, on whichever thread.</summary>
    private static unsafe void ReadPinned(MemoryMap map, long i)
    {
        int place = (int)(i % (Length - Part));
        using MemoryHandle pin = map.GetReadOnlyMemory(place, Part).Pin();
        RequireByte(((byte*)pin.Pointer)[Part - 1], place + Part - 1);
    }

    private static void ReadSpan(MemoryMap map, long i)
    {
        int place = (int)(i % (Length - Part));
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(place, Part);
        ReadOnlySpan<byte> span = memory.Span;
        Thread.Yield();
        RequireByte(span[^1], place + Part - 1);
        GC.KeepAlive(memory);
    }

    private static void ReadNested(MemoryMap map, long i)
    {
        using MapLease outer = map.Lease(0, Page);
        long place = i % Page;
        try
        {
            using MapLease inner = map.Lease(Page, 2 * Page);
            RequireByte(inner[place], Page + place);
        }
        catch (ObjectDisposedException)
        {
            // Closed between the two: the outer lease holds all the same.
        }
        RequireByte(outer[place], place);
    }

    private static void RequireByte(byte found, long place) =>
        Storm.Require(found == Storm.ByteAt(place), $"{found} at {place}");
}
