namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Dispose"/>: closed at once for every call, and harmless to repeat.</summary>
public sealed class ClosedMapTests : IDisposable
{
    private static readonly Dictionary<string, Action<MemoryMap>> s_members = new()
    {
        ["Lease"] = map => map.Lease().Dispose(),
        ["Lease of a range"] = map => map.Lease(1, 1).Dispose(),
        ["Lease of nothing"] = map => map.Lease(0, 0).Dispose(),
        ["LeaseForWrite"] = map => map.LeaseForWrite().Dispose(),
        ["LeaseForWrite of a range"] = map => map.LeaseForWrite(1, 1).Dispose(),
        ["Read"] = map => map.Read<int>(0),
        ["Read outside"] = map => map.Read<int>(-1),
        ["Write"] = map => map.Write(0, 1),
        ["Advise"] = map => map.Advise(MapAdvice.Normal),
        ["Advise a range"] = map => map.Advise(MapAdvice.Normal, 1, 1),
        ["AdviseDestructive"] = map => map.AdviseDestructive(MapAdvice.Remove, 1, 1),
        ["Flush"] = map => map.Flush(),
        ["Flush a range"] = map => map.Flush(FlushMode.Durable, 1, 1),
        ["GetResidency"] = map => map.GetResidency(),
        ["GetResidency of a range"] = map => map.GetResidency(1, 1),
        ["GetResidency of pages"] = map => map.GetResidency(new bool[8]),
        ["GetResidency of pages of a range"] = map => map.GetResidency(new bool[8], 1, 1),
        ["And"] = map => map.And(0, 1),
        ["Or"] = map => map.Or(0, 1),
        ["Lock"] = map => map.Lock(),
        ["Lock a range"] = map => map.Lock(LockMode.OnFault, 1, 1),
        ["Unlock"] = map => map.Unlock(),
        ["Unlock a range"] = map => map.Unlock(1, 1),
        ["Populate"] = map => map.Populate(),
        ["Populate a range"] = map => map.Populate(forWriting: true, 1, 1),
        ["Protect"] = map => map.Protect(MapProtection.Read),
        ["Protect a range"] = map => map.Protect(MapProtection.Read, 1, 1),
        ["Protect nothing"] = map => map.Protect(MapProtection.Read, 0, 0),
        ["GetReadOnlyMemory"] = map => map.GetReadOnlyMemory(0, 1),
        ["GetMemory"] = map => map.GetMemory(0, 1),
        ["GetMemory of nothing"] = map => map.GetMemory(0, 0),
        ["Rent"] = map => map.Rent(0, 1).Dispose(),
        ["RentReadOnly"] = map => map.RentReadOnly(0, 1).Dispose(),
        ["AsSequence"] = map => map.AsSequence(),
        ["AsSequence of a range"] = map => map.AsSequence(1, 1),
        ["AsStream"] = map => map.AsStream().Dispose(),
        ["AsStream of a range"] = map => map.AsStream(1, 1).Dispose(),
        ["AsPipeReader"] = map => map.AsPipeReader().Complete(),
        ["AsPipeReader of a range"] = map => map.AsPipeReader(1, 1).Complete(),
        ["AsBufferWriter"] = map => map.AsBufferWriter(0).Dispose(),
        ["ReadVolatile"] = map => map.ReadVolatile<int>(0),
        ["WriteVolatile"] = map => map.WriteVolatile(0, 1),
        ["Add"] = map => map.Add(0, 1),
        ["Exchange"] = map => map.Exchange(0, 1L),
        ["CompareExchange"] = map => map.CompareExchange(0, 1, 0),
        ["TryRead"] = map => map.TryRead(0, new byte[1], out _),
        ["TryWrite"] = map => map.TryWrite(0, new byte[1], out _),
        ["TryRead nothing"] = map => map.TryRead(0, [], out _),
        ["Lease of a MapRange"] = map => map.Lease(new MapRange(0, 1)).Dispose(),
        ["Chunks"] = map => map.Chunks(1, 0),
        ["Lines"] = map => map.Lines().GetEnumerator().Dispose(),
        ["Prefetch"] = map => map.Prefetch([new MapRange(0, 1)]),
        ["Prefetch a range"] = map => map.Prefetch(1, 1),
        ["PrefetchAsync"] = map => map.PrefetchAsync().AsTask(),
        ["PrefetchAsync of ranges"] = map => map.PrefetchAsync(new MapRange[] { new(0, 1) }).AsTask(),
        ["PopulateAsync"] = map => map.PopulateAsync().AsTask(),
        ["Evict"] = map => map.Evict(),
        ["Evict a range"] = map => map.Evict(1, 1),
        ["FlushAsync"] = map => map.FlushAsync().AsTask(),
        ["FlushAsync of a range"] = map => map.FlushAsync(FlushMode.Sync, 1, 1).AsTask(),
        ["ExportHandle"] = map => map.ExportHandle(),
        ["Seal"] = map => map.Seal(MapSeals.Shrink),
        ["AcknowledgeLoss"] = map => map.AcknowledgeLoss(),
        ["Resize"] = map => map.Resize(1),
        ["Resize to nothing"] = map => map.Resize(0, truncateFile: true),
        ["Lines, not gone through"] = map => map.Lines(),
        ["Lines of a range, not gone through"] = map => map.Lines(new MapRange(0, 1)),
        ["Lines outside"] = map => map.Lines(new MapRange(-1, 1)),
        ["Lease outside"] = map => map.Lease(-1, 1).Dispose(),
        ["LeaseForWrite outside"] = map => map.LeaseForWrite(0, 101).Dispose(),
        ["Advise with what is no advice"] = map => map.Advise((MapAdvice)12345),
        ["Advise outside"] = map => map.Advise(MapAdvice.Normal, -1, 1),
        ["AdviseDestructive with what is no advice"] = map => map.AdviseDestructive((MapAdvice)12345, 0, 1),
        ["Flush in no mode"] = map => map.Flush((FlushMode)99),
        ["FlushAsync in no mode"] = map => map.FlushAsync((FlushMode)99).AsTask(),
        ["FlushAsync outside"] = map => map.FlushAsync(FlushMode.Sync, -1, 1).AsTask(),
        ["GetResidency outside"] = map => map.GetResidency(-1, 1),
        ["GetResidency of too few pages"] = map => map.GetResidency(default(Span<bool>)),
        ["Lock in no mode"] = map => map.Lock((LockMode)99),
        ["Unlock outside"] = map => map.Unlock(101, 0),
        ["Populate outside"] = map => map.Populate(0, -1),
        ["PopulateAsync with less than no thread"] = map => map.PopulateAsync(degreeOfParallelism: -1).AsTask(),
        ["Protect with no protection"] = map => map.Protect((MapProtection)99),
        ["Protect outside"] = map => map.Protect(MapProtection.Read, -1, 1),
        ["GetReadOnlyMemory outside"] = map => map.GetReadOnlyMemory(-1, 1),
        ["GetMemory outside"] = map => map.GetMemory(-1, 1),
        ["Rent outside"] = map => map.Rent(-1, 1),
        ["AsSequence outside"] = map => map.AsSequence(-1, 1),
        ["AsStream outside"] = map => map.AsStream(-1, 1),
        ["AsPipeReader outside"] = map => map.AsPipeReader(-1, 1),
        ["AsBufferWriter outside"] = map => map.AsBufferWriter(101),
        ["ReadVolatile outside"] = map => map.ReadVolatile<int>(-1),
        ["ReadVolatile of a misaligned cell"] = map => map.ReadVolatile<int>(1),
        ["ReadVolatile of no cell"] = map => map.ReadVolatile<byte>(0),
        ["TryRead outside"] = map => map.TryRead(-1, new byte[1], out _),
        ["Chunks of nothing"] = map => map.Chunks(0, 0),
        ["Prefetch outside"] = map => map.Prefetch(-1, 1),
        ["Prefetch of ranges outside"] = map => map.Prefetch([new MapRange(-1, 1)]),
        ["PrefetchAsync outside"] = map => map.PrefetchAsync(new MapRange[] { new(-1, 1) }).AsTask(),
        ["Evict outside"] = map => map.Evict(-1, 1),
        ["Seal with what is no seal"] = map => map.Seal((MapSeals)0x4000),
        ["Resize to less than nothing"] = map => map.Resize(-1),
        ["Mmap.Advise"] = map => Mmap.Advise(map, Mmap.MADV_NORMAL),
        ["Mmap.Advise a range"] = map => Mmap.Advise(map, 1, 1, Mmap.MADV_NORMAL),
        ["Mmap.Advise with what is no advice"] = map => Mmap.Advise(map, 12345),
        ["Mmap.Sync"] = map => Mmap.Sync(map),
        ["Mmap.Sync, waiting"] = map => Mmap.Sync(map, true),
        ["Mmap.Sync a range"] = map => Mmap.Sync(map, 1, 1),
        ["Mmap.InCore"] = map => Mmap.InCore(map),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string> Members => [.. s_members.Keys];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_call_says_that_the_map_is_closed(string member)
    {
        MemoryMap used = Open();
        used.Write(0, 1);
        used.Dispose();
        Assert.EndsWith(
            nameof(MemoryMap),
            Assert.Throws<ObjectDisposedException>(() => s_members[member](used)).ObjectName,
            StringComparison.Ordinal);

        // A map that nobody used before it was closed takes another way inside.
        MemoryMap unused = Open();
        unused.Dispose();
        Assert.Throws<ObjectDisposedException>(() => s_members[member](unused));
    }

    [Fact]
    public void The_list_above_has_every_method_there_is()
    {
        IEnumerable<string> methods =
            from method in typeof(MemoryMap).GetMethods()
            where method is { IsStatic: false, IsSpecialName: false } && method.DeclaringType == typeof(MemoryMap)
            where method.Name != nameof(IDisposable.Dispose)
            select method.Name;
        Assert.All(methods.Distinct(), method => Assert.Contains(s_members.Keys, name => name.Split(' ')[0] == method));
    }

    [Fact]
    public void What_the_map_was_is_still_told()
    {
        MemoryMap map = Open();
        map.Dispose();
        Assert.Equal((100, MapAccess.ReadWrite, true, 1), (map.Length, map.Access, map.CanWrite, map.PageCount));
    }

    [Fact]
    public void Disposing_again_does_nothing()
    {
        string path = _scratch.Patterned(100);
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Write(0, 1);
        map.Dispose();
        map.Dispose();
        using MemoryMap other = MemoryMap.Open(path);
        map.Dispose();
        Assert.Equal(1, other.Read<int>(0));
    }

    [Fact]
    public void Another_thread_that_used_the_map_finds_it_closed_too()
    {
        MemoryMap map = Open();
        using var used = new ManualResetEventSlim();
        using var closed = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            map.Read<int>(0);
            used.Set();
            Threads.Await(closed);
            Assert.Throws<ObjectDisposedException>(() => map.Read<int>(0));
            Assert.Throws<ObjectDisposedException>(() => map.Lease().Dispose());
        }, closed.Set))
        {
            Threads.Await(used);
            map.Dispose();
            closed.Set();
        }
    }

    private MemoryMap Open() => MemoryMap.Open(_scratch.Patterned(100), MapAccess.ReadWrite);
}
