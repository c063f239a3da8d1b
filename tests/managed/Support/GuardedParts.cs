using System.Runtime.CompilerServices;
using MmapIo.Storms;

namespace MmapIo.Tests;

/// <summary>
/// What another process does in tests about faults, growth and counting. Nothing here may need xunit, either.
/// </summary>
internal static class GuardedParts
{
    /// <summary>Copies into a sparse file more than its disk has room for, in both ways.</summary>
    public const string DiskWriter = "disk-writer";

    /// <summary>Makes files longer than their disk has room for, asking for the blocks ahead.</summary>
    public const string Allocator = "allocator";

    /// <summary>Appends to a file more than its disk has room for.</summary>
    public const string Appender = "appender";

    /// <summary>Survives a fault, and then dies of something else: see <see cref="Crash"/>.</summary>
    public const string Crasher = "crasher";

    /// <summary>Adds to a counter in a file so many times: path, number.</summary>
    public const string Counter = "counter";

    /// <summary>Tells what the meter says after each of some steps.</summary>
    public const string Meter = "meter";

    /// <summary>Flushes with a listener to the meter that does what it should not.</summary>
    public const string BadListener = "bad-listener";

    /// <summary>Cuts memory off that is sealed against it.</summary>
    public const string Sealed = "sealed";

    /// <summary>Drops maps that the system refuses to unmap.</summary>
    public const string Dropper = "dropper";

    public static int Play(string part, string[] arguments)
    {
        switch (part)
        {
            case DiskWriter:
                WriteTooMuch(arguments[0]);
                return 0;
            case Allocator:
                AllocateTooMuch(arguments[0], arguments[1]);
                return 0;
            case Appender:
                AppendTooMuch(arguments[0]);
                return 0;
            case Crasher:
                Crash.Die(arguments[0], arguments[1]);
                return 0;
            case Counter:
                Count(arguments[0], int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case Sealed:
                CutSealed(long.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case Dropper:
                DropUnmappable(arguments[0]);
                return 0;
            case BadListener:
                MeterParts.Misbehave(arguments[0], arguments[1]);
                return 0;
            case Meter:
                MeterParts.Measure(arguments[0]);
                return 0;
            default:
                return 2;
        }
    }

    private static void WriteTooMuch(string path)
    {
        byte[] bytes = new byte[1 << 20];
        foreach (FaultGuard guard in Enum.GetValues<FaultGuard>())
        {
            MemoryMap.FaultGuard = guard;
            var options = new MapOptions { Mode = FileMode.Create, Length = bytes.Length, NoReserve = true };
            using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
            bytes.AsSpan().Fill((byte)'w');
            bool whole = map.TryWrite(0, bytes, out int written);
            bool again = map.TryRead(0, bytes.AsSpan(0, written), out int read);
            Console.WriteLine($"{whole} {written} {again} {read == written} {bytes.AsSpan(0, written).IndexOf((byte)0)}");
        }
    }

    private static void AllocateTooMuch(string path, string other)
    {
        const int Room = 1 << 14;
        const int Wanted = 1 << 20;
        ChildParts.Say(() => MemoryMap.Open(
            path, MapAccess.ReadWrite,
            new MapOptions { Mode = FileMode.CreateNew, Length = Wanted, Allocate = true }).Dispose());
        Console.WriteLine(File.Exists(path));
        File.WriteAllBytes(other, [1, 2, 3]);
        ChildParts.Say(() => MemoryMap.Open(
            other, MapAccess.ReadWrite, new MapOptions { Length = Wanted, Allocate = true }).Dispose());
        Console.WriteLine(new FileInfo(other).Length);
        using MemoryMap map = MemoryMap.Open(other, MapAccess.ReadWrite, new MapOptions { Length = 3, Allocate = true });
        ChildParts.Say(() => map.Resize(Wanted));
        Console.WriteLine($"{map.Length} {new FileInfo(other).Length} {map.Read<byte>(2)}");
        ChildParts.Say(() => map.Resize(Room));
        Console.WriteLine($"{map.Length} {new FileInfo(other).Length} {map.Read<byte>(2)}");
        using Stream stream = map.AsStream();
        ChildParts.Say(() => stream.SetLength(Wanted));
        Console.WriteLine($"{stream.Length} {new FileInfo(other).Length}");
    }

    private static void AppendTooMuch(string path)
    {
        var options = new MapOptions { Mode = FileMode.CreateNew, Length = 1, Reserve = 1 << 20 };
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options))
        {
            using MapBufferWriter writer = map.AsBufferWriter(0);
            ChildParts.Say(() =>
            {
                while (true)
                {
                    writer.GetSpan(1024)[..1024].Fill((byte)'w');
                    writer.Advance(1024);
                }
            });
            writer.Dispose();
            byte[] bytes = File.ReadAllBytes(path);
            Console.WriteLine($"{writer.WrittenCount} {bytes.Length} {!bytes.AsSpan().ContainsAnyExcept((byte)'w')}");
        }
        File.Delete(path);

        // Sparse files are still to be had, of any length.
        options = new MapOptions { Mode = FileMode.CreateNew, Length = 1, NoReserve = true };
        using MemoryMap sparse = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        ChildParts.Say(() => sparse.Resize(1 << 20));
        Console.WriteLine(new FileInfo(path).Length);
        ChildParts.Say(() => sparse.Write((1 << 20) - 1, (byte)1));
    }

    private static void CutSealed(long length)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = Linux.SealedMemory(Enumerable.Repeat((byte)'s', 20_000).ToArray());
        using MemoryMap map = MemoryMap.Open(file, MapAccess.ReadWrite);
        try
        {
            map.Resize(length, truncateFile: true);
            Console.WriteLine("fine");
        }
        catch (Exception e)
        {
            Console.WriteLine(e.GetType().Name);
        }
        Console.WriteLine($"{map.Length} {map.Read<byte>(0)} {map.Read<byte>(19_999)}");
    }

    private static void DropUnmappable(string path)
    {
        if (!Linux.FailUnmappingOf((int)new FileInfo(path).Length))
        {
            Console.WriteLine("skip");
            return;
        }
        try
        {
            MemoryMap.Open(path).Dispose();
        }
        catch (Exception e)
        {
            Console.WriteLine(e.GetType().Name);
        }
        DropAll(path);
        Garbage.Collect();
        Console.WriteLine("alive");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropAll(string path)
    {
        _ = MemoryMap.Open(path).Length;
        _ = MappedArray<int>.Open(path).Length;
        MemoryMap map = MemoryMap.Open(path);
        _ = map.GetReadOnlyMemory(0, 1).Span.Length;
        map.Dispose();
    }

    private static void Count(string path, int times)
    {
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        _ = Console.ReadLine();
        Console.WriteLine("ready");
        _ = Console.ReadLine();
        Console.WriteLine("counting");
        for (int i = 0; i < times; i++)
        {
            map.Add(0, 1L);
            map.Add(8, -1);
            long seen = map.ReadVolatile<long>(16);
            while (map.CompareExchange(16, seen + 2, seen) is var now && now != seen)
            {
                seen = now;
            }
        }
    }
}
