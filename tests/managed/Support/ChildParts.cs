using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;

namespace MmapIo.Tests;

/// <summary>
/// What another process does in a test. Nothing here may need xunit, which is missing beside some copies.
/// </summary>
internal static class ChildParts
{
    /// <summary>Writes what it is told through a map of its own: "offset value", answered by "written".</summary>
    public const string Writer = "writer";

    /// <summary>Tells what it sees through a map of its own: "offset", answered by the value.</summary>
    public const string Reader = "reader";

    /// <summary>Opens a file and tells what came of it.</summary>
    public const string Opener = "opener";

    /// <summary>Asks what is in memory of a file, through both doors.</summary>
    public const string ResidencyAsker = "residency-asker";

    /// <summary>Locks more memory than it may, in each of the ways there are.</summary>
    public const string GreedyLocker = "greedy-locker";

    /// <summary>Populates more of a sparse file than its disk has room for, and then its first page.</summary>
    public const string DiskFiller = "disk-filler";

    /// <summary>Goes through every door that leads to the native library.</summary>
    public const string LibraryCaller = "library-caller";

    /// <summary>Opens shared memory by its name: "offset value" puts the value there, and is answered
    /// by the one that was there.</summary>
    public const string Sharer = "sharer";

    /// <summary>Reads all of a ring until its producer says so many bytes, and tells their sum.</summary>
    public const string RingReader = "ring-reader";

    /// <summary>Opens or makes a ring, and writes the lines it is told to it, each answered by "written".</summary>
    public const string RingOwner = "ring-owner";

    /// <summary>Runs a compiled example in the folder that it lies in.</summary>
    public const string ExampleRunner = "example-runner";

    public static int Play(string part, string[] arguments)
    {
        switch (part)
        {
            case Writer:
                Write(arguments[0]);
                return 0;
            case Reader:
                Read(arguments[0]);
                return 0;
            case Opener:
                Say(() => MemoryMap.Open(arguments[0], Enum.Parse<MapAccess>(arguments[1])).Dispose());
                return 0;
            case ResidencyAsker:
                AskForResidency(arguments[0], Enum.Parse<MapAccess>(arguments[1]));
                return 0;
            case GreedyLocker:
                LockTooMuch(arguments[0]);
                return 0;
            case DiskFiller:
                FillDisk(arguments[0]);
                return 0;
            case LibraryCaller:
                CallLibrary(arguments[0]);
                return 0;
            case DataSetParts.User:
                return DataSetParts.Play(arguments[0], Enum.Parse<MapAccess>(arguments[1]));
            case Sharer:
                Share(arguments[0]);
                return 0;
            case RingOwner:
                WriteRing(arguments[0], long.Parse(arguments[1], CultureInfo.InvariantCulture));
                return 0;
            case RingReader:
                ReadRing(arguments[0], long.Parse(arguments[1], CultureInfo.InvariantCulture));
                return 0;
            case ExampleRunner:
                RunExample(arguments[0], arguments[1..]);
                return 0;
            default:
                return CacheParts.Play(part, arguments);
        }
    }

    private static void RunExample(string assembly, string[] arguments)
    {
        Directory.SetCurrentDirectory(Path.GetDirectoryName(assembly)!);
        MethodInfo main = AssemblyLoadContext.Default.LoadFromAssemblyPath(assembly).EntryPoint!;
        main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null);
    }

    private static void Write(string path)
    {
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        while (Console.ReadLine() is { } line)
        {
            long[] numbers = Numbers(line);
            map.Write(numbers[0], numbers[1]);
            Console.WriteLine("written");
        }
    }

    private static void Read(string path)
    {
        using MemoryMap map = MemoryMap.Open(path);
        while (Console.ReadLine() is { } line)
        {
            Console.WriteLine(map.Read<long>(Numbers(line)[0]));
        }
    }

    private static void AskForResidency(string path, MapAccess access)
    {
        using MemoryMap map = MemoryMap.Open(path, access);
        MapResidency counted = map.GetResidency();
        string dirty = counted.DirtyPages is null ? "uncounted" : "counted";
        Console.WriteLine($"{counted.IsKnown} {counted.Pages} {counted.ResidentPages} {dirty}");
        bool[] pages = [.. Enumerable.Repeat(true, (int)map.PageCount)];
        MapResidency listed = map.GetResidency(pages);
        Console.WriteLine($"{listed.IsKnown} {listed.Pages} {pages.Count(page => page)}");
        Say(() => Mmap.InCore(map));
    }

    private static void LockTooMuch(string path)
    {
        const int Allowed = 64 * 1024;
        const int Protection = Mmap.PROT_READ | Mmap.PROT_WRITE;
        const int Flags = Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS | Mmap.MAP_LOCKED;
        Linux.LimitLockedMemory(Allowed);
        using MemoryMap map = MemoryMap.Open(path);
        Say(() => map.Lock());
        Say(() => map.Lock(LockMode.OnFault));
        Console.WriteLine($"{Mappings.IsMarkedLocked(path)}");
        Say(() => MemoryMap.Open(path, MapAccess.Read, new MapOptions { Lock = true }).Dispose());
        Say(() => Mmap.Map(Allowed * 4, Protection, Flags, null).Dispose());
        Say(() => map.Lock(0, Allowed / 2));
    }

    private static void FillDisk(string path)
    {
        var options = new MapOptions { Mode = FileMode.CreateNew, Length = 1 << 24, NoReserve = true };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        Say(() => map.Populate(forWriting: true));
        Say(() => map.Populate(forWriting: true, 0, 1));
    }

    private static void CallLibrary(string path)
    {
        Say(() => MemoryMap.Open(path).Dispose());
        Say(() => MemoryMap.CreateAnonymous(1).Dispose());
        Say(() => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED | Mmap.MAP_ANONYMOUS, null).Dispose());
        Say(() => _ = MemoryMap.PageSize);
        Say(() => _ = MemoryMap.Capabilities);
    }

    private static void Share(string name)
    {
        using MemoryMap map = MemoryMap.OpenShared(name, MapAccess.ReadWrite);
        while (Console.ReadLine() is { } line)
        {
            long[] numbers = Numbers(line);
            Console.WriteLine(map.Exchange(numbers[0], numbers[1]));
        }
    }

    private static void WriteRing(string name, long capacity)
    {
        using MapRingBuffer ring = MapRingBuffer.OpenOrCreate(name, capacity);
        while (Console.ReadLine() is { } line)
        {
            ring.Advance(System.Text.Encoding.ASCII.GetBytes(line, ring.GetWriteSpan()));
            Console.WriteLine("written");
        }
    }

    private static void ReadRing(string name, long total)
    {
        using MapRingBuffer ring = MapRingBuffer.Open(name);
        Console.WriteLine("ready");
        ulong sum = 0;
        for (long done = 0; done < total;)
        {
            ReadOnlySpan<byte> found = ring.GetReadSpan();
            foreach (byte each in found)
            {
                sum = (sum * 31) + each;
            }
            ring.Consume(found.Length);
            done += found.Length;
        }
        Console.WriteLine(sum);
    }

    /// <summary>One line: "fine", or the exception with what is inside it.</summary>
    internal static void Say(Action action)
    {
        try
        {
            action();
            Console.WriteLine("fine");
        }
        catch (Exception e)
        {
            MmapIoException? told = e as MmapIoException ?? e.InnerException as MmapIoException;
            string words = e.Message.ReplaceLineEndings(" ");
            Console.WriteLine($"{e.GetType().Name}|{told?.Status}|{told?.NativeCall}|{words}");
        }
    }

    internal static long[] Numbers(string line) =>
        [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
}
