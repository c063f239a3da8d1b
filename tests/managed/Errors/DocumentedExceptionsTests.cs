using System.Xml.Linq;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>What a member throws is said in its documentation: each of them, on each kind of map, with good and with bad
/// arguments.</summary>
public sealed class DocumentedExceptionsTests : IDisposable
{
    private const int Length = 10_000;

    private static readonly Dictionary<string, XElement> s_documented = XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "MmapIo.xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>By their names in the documentation. Types of parameters are written without their namespaces.</summary>
    private static readonly (string Member, Action<MemoryMap> Call)[] s_calls =
    [
        ("AcknowledgeLoss", map => map.AcknowledgeLoss()),
        ("Add(Int64,Int32)", map => map.Add(0, 1)),
        ("And(Int64,UInt32)", map => map.And(0, 1U)),
        ("Or(Int64,UInt64)", map => map.Or(0, 1UL)),
        ("Exchange(Int64,Int64)", map => map.Exchange(0, 1L)),
        ("CompareExchange(Int64,Int64,Int64)", map => map.CompareExchange(0, 1L, 1L)),
        ("ReadVolatile``1(Int64)", map => map.ReadVolatile<int>(0)),
        ("WriteVolatile``1(Int64,``0)", map => map.WriteVolatile(0, 1)),
        ("Read``1(Int64)", map => map.Read<int>(0)),
        ("Write``1(Int64,``0@)", map => map.Write(0, 1)),
        ("TryRead(Int64,Span{Byte},Int32@)", map => map.TryRead(0, new byte[8], out _)),
        ("TryWrite(Int64,ReadOnlySpan{Byte},Int32@)", map => map.TryWrite(0, new byte[8], out _)),
        ("Advise(MapAdvice)", map => map.Advise(MapAdvice.WillNeed)),
        ("Advise(MapAdvice)", map => map.Advise(MapAdvice.PopulateWrite)),
        ("Advise(MapAdvice)", map => map.Advise(MapAdvice.Remove)),
        ("Advise(MapAdvice)", map => map.Advise((MapAdvice)77)),
        ("Advise(MapAdvice,Int64,Int64)", map => map.Advise(MapAdvice.WillNeed, 0, 8)),
        ("AdviseDestructive(MapAdvice,Int64,Int64)", map => map.AdviseDestructive(MapAdvice.Remove, 0, 8)),
        ("AdviseDestructive(MapAdvice,Int64,Int64)", map => map.AdviseDestructive((MapAdvice)77, 0, 8)),
        ("AsBufferWriter(Int64)", map => map.AsBufferWriter(0).Dispose()),
        ("AsBufferWriter(Int64)", map => map.AsBufferWriter(Length + 1).Dispose()),
        ("AsPipeReader(Boolean)", map => map.AsPipeReader().Complete()),
        ("AsPipeReader(Boolean,Int64,Int64)", map => map.AsPipeReader(0, 8).Complete()),
        ("AsSequence", map => map.AsSequence()),
        ("AsSequence(Int64,Int64)", map => map.AsSequence(0, 8)),
        ("AsStream(Boolean)", map => map.AsStream().Dispose()),
        ("AsStream(Boolean,Int64,Int64)", map => map.AsStream(0, 8).Dispose()),
        ("Chunks(Int64,Byte)", map => map.Chunks(8, 10).ToArray()),
        ("Chunks(Int64,Byte)", map => map.Chunks(0, 10)),
        ("Dispose", map => map.Dispose()),
        ("Evict", map => map.Evict()),
        ("Evict(Int64,Int64)", map => map.Evict(0, 8)),
        ("ExportHandle", map => map.ExportHandle().Dispose()),
        ("Flush(FlushMode)", map => map.Flush()),
        ("Flush(FlushMode)", map => map.Flush(FlushMode.Durable)),
        ("Flush(FlushMode)", map => map.Flush((FlushMode)9)),
        ("Flush(FlushMode,Int64,Int64)", map => map.Flush(FlushMode.Sync, 0, 8)),
        ("FlushAsync(FlushMode,CancellationToken)", map => Wait(map.FlushAsync(FlushMode.Data))),
        ("FlushAsync(FlushMode,CancellationToken)", map => Wait(map.FlushAsync(cancellationToken: new(true)))),
        ("FlushAsync(FlushMode,Int64,Int64,CancellationToken)", map => Wait(map.FlushAsync(FlushMode.Barrier, 0, 8))),
        ("GetMemory(Int64,Int32)", map => map.GetMemory(0, 8)),
        ("GetReadOnlyMemory(Int64,Int32)", map => map.GetReadOnlyMemory(0, 8)),
        ("GetResidency", map => map.GetResidency()),
        ("GetResidency(Span{Boolean})", map => map.GetResidency(new bool[map.PageCount + 1])),
        ("GetResidency(Span{Boolean},Int64,Int64)", map => map.GetResidency(new bool[1], 0, 8)),
        ("Lease", map => map.Lease().Dispose()),
        ("Lease(MapRange)", map => map.Lease(new MapRange(0, 8)).Dispose()),
        ("Lease(Int64,Int64)", map => map.Lease(0, 8).Dispose()),
        ("LeaseForWrite", map => map.LeaseForWrite().Dispose()),
        ("LeaseForWrite(Int64,Int64)", map => map.LeaseForWrite(0, 8).Dispose()),
        ("Lines(MapScope@)", map => map.Lines()),
        ("Lines(MapRange,MapScope@)", map => map.Lines(new MapRange(0, 8))),
        ("MapLines.GetEnumerator", map => map.Lines().GetEnumerator().Dispose()),
        ("Lock(LockMode)", map => map.Lock()),
        ("Lock(LockMode)", map => map.Lock(LockMode.OnFault)),
        ("Lock(LockMode)", map => map.Lock((LockMode)7)),
        ("Lock(Int64,Int64)", map => map.Lock(0, 8)),
        ("Unlock", map => map.Unlock()),
        ("Unlock(Int64,Int64)", map => map.Unlock(0, 8)),
        ("Populate(Boolean)", map => map.Populate(forWriting: true)),
        ("Populate(Int64,Int64)", map => map.Populate(0, 8)),
        ("PopulateAsync(Boolean,Int32,IProgress{Int64},CancellationToken)", map => map.PopulateAsync(true).AsTask().GetAwaiter().GetResult()),
        ("PopulateAsync(Boolean,Int32,IProgress{Int64},CancellationToken)", map => map.PopulateAsync(false, -1).AsTask().GetAwaiter().GetResult()),
        ("Prefetch(Int64,Int64)", map => map.Prefetch(0, 8)),
        ("PrefetchAsync(IProgress{Int64},CancellationToken)", map => map.PrefetchAsync().AsTask().GetAwaiter().GetResult()),
        ("Protect(MapProtection)", map => map.Protect(MapProtection.ReadWrite)),
        ("Protect(MapProtection)", map => map.Protect(MapProtection.Write | MapProtection.Execute)),
        ("Protect(MapProtection)", map => map.Protect((MapProtection)99)),
        ("Protect(MapProtection,Int64,Int64)", map => map.Protect(MapProtection.Read, 0, 8)),
        ("Rent(Int64,Int32)", map => map.Rent(0, 8).Dispose()),
        ("RentReadOnly(Int64,Int32)", map => map.RentReadOnly(0, 8).Dispose()),
        ("Resize(Int64)", map => map.Resize(5 * Length)),
        ("Resize(Int64)", map => map.Resize(10)),
        ("Resize(Int64,Boolean)", map => map.Resize(10, truncateFile: true)),
        ("Seal(MapSeals)", map => map.Seal(MapSeals.Write)),
        ("MappedArray`1.Fill(`0)", map => OfMap(map, array => array.Fill(1))),
        ("MappedArray`1.CopyTo(Span{`0})", map => OfMap(map, array => array.CopyTo(new long[Length]))),
        ("MappedArray`1.CopyTo(Span{`0})", map => OfMap(map, array => array.CopyTo([]))),
        ("MappedArray`1.CopyTo(MappedArray{`0})", map => OfMap(map, array => array.CopyTo(array))),
        ("MappedArray`1.Resize(Int64)", map => OfMap(map, array => array.Resize(Length))),
        ("MappedArray`1.Flush(FlushMode)", map => OfMap(map, array => array.Flush(FlushMode.Durable))),
        ("MappedArray`1.Enumerator.MoveNext", map => OfMap(map, array => array.GetEnumerator().MoveNext())),
        ("MappedArrayExtensions.IndexOf``1(MappedArray{``0},``0)", map => OfMap(map, array => array.IndexOf(1))),
        ("MappedArrayExtensions.BinarySearch``1(MappedArray{``0},``0)", map => OfMap(map, array => array.BinarySearch(1))),
        (
            "MappedArrayExtensions.SequenceEqual``1(MappedArray{``0},MappedArray{``0})",
            map => OfMap(map, array => array.SequenceEqual(array))
        ),
        ("MapBufferWriter.Dispose", map => Written(map, 0).Dispose()),
        ("MapBufferWriter.GetMemory(Int32)", map => Written(map, 0).Dispose()),
        ("MapBufferWriter.GetMemory(Int32)", map => Written(map, map.Length).Dispose()),
    ];

    private readonly Scratch _scratch = new();

    public static TheoryData<string> Kinds { get; } =
    [
        "closed", "read", "written", "private", "protected", "protected against writing", "without a file behind it", "empty",
        "anonymous", "shared", "sealed", "without a handle", "with zeros", "guarded", "leased",
    ];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_thrown_is_documented(string kind)
    {
        Needs.Posix("its maps are of all kinds");
        List<string> missing = [];
        int thrown = 0;
        foreach ((string member, Action<MemoryMap> call) in s_calls)
        {
            using MemoryMap map = Make(kind);
            using MapLease lease = kind == "leased" ? map.Lease() : default;
            Exception? exception = Record.Exception(() => call(map));
            thrown += exception is null ? 0 : 1;
            if (exception is not null && !Ancestry(exception).Intersect(Documented(member)).Any())
            {
                missing.Add($"{member}: {exception.GetType().Name}: {exception.Message}");
            }
        }
        Assert.NotEqual(0, thrown);
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private static void OfMap(MemoryMap map, Action<MappedArray<long>> call)
    {
        using var array = new MappedArray<long>(map, cuts: false);
        call(array);
    }

    /// <summary>A writer that holds nothing of the map when it is refused.</summary>
    private static MapBufferWriter Written(MemoryMap map, long start)
    {
        MapBufferWriter writer = new(map, start);
        try
        {
            _ = writer.GetMemory(1);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>What it may be called. A closed map is no other invalid operation, nor a system that cannot do something a
    /// map that cannot.</summary>
    private static IEnumerable<string> Ancestry(Exception exception)
    {
        Type[] ends = [typeof(SystemException), typeof(Exception), typeof(InvalidOperationException), typeof(NotSupportedException)];
        Type type = exception.GetType();
        do
        {
            yield return type.FullName!;
            type = type.BaseType!;
        }
        while (!ends.Contains(type));
    }

    /// <summary>The member's own, and those it inherits.</summary>
    private static IEnumerable<string> Documented(string member)
    {
        string type = member.Split('(')[0].Contains('.', StringComparison.Ordinal) ? "MmapIo." : "MmapIo.MemoryMap.";
        return Documented(s_documented.Single(each => Short(each.Key) == $"M:{type}{member}").Value);
    }

    private static IEnumerable<string> Documented(XElement member) =>
        member.Elements("exception").Select(each => each.Attribute("cref")!.Value[2..])
            .Concat(member.Elements("inheritdoc").SelectMany(each => Documented(s_documented[each.Attribute("cref")!.Value])));

    private static string Short(string name)
    {
        string[] parts = name.Split('(', 2);
        return parts.Length == 1 ? name
            : $"{parts[0]}({string.Join(',', parts[1].Split(',').Select(type => string.Join('{', type.Split('{').Select(each => each.Split('.')[^1]))))}";
    }

    private MemoryMap Make(string kind)
    {
        string path = _scratch.Sparse(Length);
        switch (kind)
        {
            case "read":
                return MemoryMap.Open(path);
            case "private":
                return MemoryMap.Open(path, MapAccess.CopyOnWrite);
            case "empty":
                return MemoryMap.Open(_scratch.Holding([]), MapAccess.ReadWrite);
            case "anonymous":
                return MemoryMap.CreateAnonymous(Length);
            case "shared":
                return MemoryMap.CreateShared(null, Length);
            case "without a handle":
                return MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { NoHandle = true });
            case "with zeros":
                return MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { ZeroFillOnFault = true });
            case "guarded":
                return MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { GuardPages = true });
            case "without a file behind it":
                using (SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite))
                {
                    Files.SetLength(path, 0);
                    return Mmap.Map(Length, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
                }
            case "sealed":
                MemoryMap memory = MemoryMap.CreateShared(null, Length);
                if (MemoryMap.Capabilities.CanSeal)
                {
                    memory.Seal(MapSeals.Grow | MapSeals.Shrink | MapSeals.Seal);
                }
                return memory;
        }
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        switch (kind)
        {
            case "closed":
                map.Dispose();
                break;
            case "protected":
                map.Protect(MapProtection.None);
                break;
            case "protected against writing":
                map.Protect(MapProtection.Read);
                break;
        }
        return map;
    }
}
