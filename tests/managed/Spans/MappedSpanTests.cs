namespace MmapIo.Tests;

/// <summary>
/// <see cref="MappedSpan{T}"/> and <see cref="MappedReadOnlySpan{T}"/>: bounds, slices, pieces, and their end.
/// </summary>
public sealed class MappedSpanTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Elements_are_the_bytes_of_the_map_in_this_machines_order()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        using MapWriteLease lease = map.LeaseForWrite(3, 90);
        MappedSpan<long> numbers = lease.As<long>();
        Assert.Equal(11, numbers.Length);
        numbers[10] = 0x0102030405060708;
        Assert.Equal(0x0102030405060708, map.Read<long>(83));
        numbers[10]++;
        Assert.Equal(0x0102030405060709, numbers.AsReadOnly()[10]);
        MappedReadOnlySpan<long> view = numbers;
        Assert.Equal(0x0102030405060709, view[10]);
    }

    [Fact]
    public void What_lies_outside_is_refused()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(40);
        Assert.All([-1, 10, long.MaxValue, long.MinValue, 1L << 33], index =>
        {
            Refused.Naming("index", () => Written(map, span => span[index] = 1));
            Refused.Naming("index", () => Viewed(map, span => _ = span[index]));
        });
        foreach ((long start, long length, string name) in new (long, long, string)[]
        {
            (-1, 0, "start"), (11, 0, "start"), (0, -1, "length"), (0, 11, "length"), (10, 1, "length"),
            (5, long.MaxValue, "length"), (long.MinValue, long.MaxValue, "start"), (long.MaxValue, 1, "start"),
        })
        {
            Refused.Naming(name, () => Written(map, span => span.Slice(start, length)));
            Refused.Naming(name, () => Viewed(map, span => span.Slice(start, length)));
            int cut = (int)Math.Clamp(length, int.MinValue, int.MaxValue);
            Refused.Naming(name, () => Written(map, span => span.Span(start, cut)));
            Refused.Naming(name, () => Viewed(map, span => span.Span(start, cut)));
        }
        Refused.Naming("length", () => Written(map, span => span.Chunks(0)));
        Refused.Naming("length", () => Viewed(map, span => span.Chunks(-1)));
        Refused.Naming("destination", () => Viewed(map, span => span.CopyTo(new int[9])));
        Refused.Naming("destination", () => Written(map, span => span.CopyTo(new int[9])));
        Refused.Naming("destination", () => Written(map, span => span.CopyTo(span.Slice(1, 9))));
        Refused.Naming("destination", () => Written(map, span => span.AsReadOnly().CopyTo(span.Slice(1, 9))));
    }

    [Fact]
    public void A_slice_counts_from_its_own_start()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(5000));
        using MapLease lease = map.Lease(10, 4000);
        MappedReadOnlySpan<byte> slice = lease.As<byte>().Slice(100, 1000).Slice(20, 500);
        Assert.Equal(500, slice.Length);
        Assert.Equal(Pattern.At(130), slice[0]);
        Assert.Equal(Pattern.Bytes(130 + 7, 50), slice.Span(7, 50));
        Assert.True(slice.Slice(500, 0).IsEmpty);
        Assert.False(slice.IsEmpty);
    }

    [Fact]
    public void After_the_lease_every_member_says_that_it_has_ended()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(40);
        AssertWriteEnds(map, span => span[0] = 1);
        AssertWriteEnds(map, span => span.Slice(0, 1));
        AssertWriteEnds(map, span => span.Span(0, 1));
        AssertWriteEnds(map, span => span.Fill(1));
        AssertWriteEnds(map, span => span.CopyTo(new int[10]));
        AssertWriteEnds(map, span => span.CopyTo(span));
        AssertWriteEnds(map, span => _ = span.IndexOf(1));
        AssertWriteEnds(map, span => _ = span.Contains(1));
        AssertWriteEnds(map, span => _ = span.Count(1));
        AssertWriteEnds(map, span => _ = span.BinarySearch(1));
        AssertWriteEnds(map, span => _ = span.SequenceEqual(span));
        AssertWriteEnds(map, span => _ = span.AsReadOnly()[0]);
        AssertWriteEnds(map, span => span.Chunks(3).GetEnumerator().MoveNext());
        AssertReadEnds(map, span => _ = span[0]);
        AssertReadEnds(map, span => span.Slice(0, 1));
        AssertReadEnds(map, span => span.Span(0, 1));
        AssertReadEnds(map, span => span.CopyTo(new int[10]));
        AssertReadEnds(map, span => _ = span.IndexOf(1));
        AssertReadEnds(map, span => _ = span.Count(1));
        AssertReadEnds(map, span => _ = span.SequenceEqual(span));
        AssertReadEnds(map, span => _ = span.BinarySearch(1));
        AssertReadEnds(map, span => span.Chunks(3).GetEnumerator().MoveNext());
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).As<int>().Length);
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).As<int>().Length);
    }

    [Fact]
    public void The_default_is_empty()
    {
        Assert.Equal((0L, 0L), (default(MappedSpan<int>).Length, default(MappedReadOnlySpan<int>).Length));
        Assert.True(default(MappedReadOnlySpan<int>).IsEmpty);
        Refused.Naming("index", () => _ = default(MappedSpan<int>)[0]);
        Refused.Naming("index", () => _ = default(MappedReadOnlySpan<int>)[0]);
        Assert.Equal(-1, default(MappedSpan<int>).IndexOf(0));
        Assert.Equal(0, default(MappedSpan<int>).Count(0));
        Assert.Equal(~0L, default(MappedReadOnlySpan<int>).BinarySearch(5));
        Assert.True(default(MappedSpan<int>).SequenceEqual(default));
        default(MappedSpan<int>).Fill(1);
        default(MappedSpan<int>).CopyTo([]);
        Assert.Equal(0, default(MappedSpan<int>).Slice(0, 0).Length);
        foreach (Span<int> unused in default(MappedSpan<int>).Chunks(1))
        {
            Assert.Fail("there is none");
        }
    }

    [Fact]
    public void Copies_that_overlap_come_out_right_in_both_directions()
    {
        foreach (int by in new[] { 1, 500 })
        {
            using MemoryMap up = MemoryMap.Open(_scratch.Patterned(5000, $"up{by}"), MapAccess.CopyOnWrite);
            using MapWriteLease upward = up.LeaseForWrite();
            upward.As<byte>().Slice(0, 4000).CopyTo(upward.As<byte>().Slice(by, 4000));
            Assert.Equal(Pattern.Bytes(0, 4000), upward.Slice(by, 4000));
            using MemoryMap down = MemoryMap.Open(_scratch.Patterned(5000, $"down{by}"), MapAccess.CopyOnWrite);
            using MapWriteLease downward = down.LeaseForWrite();
            downward.As<byte>().Slice(by, 4000).AsReadOnly().CopyTo(downward.As<byte>());
            Assert.Equal(Pattern.Bytes(by, 4000), downward.Slice(0, 4000));
        }
    }

    private delegate void SpanAction(MappedSpan<int> span);

    private delegate void ViewAction(MappedReadOnlySpan<int> span);

    private static void Written(MemoryMap map, SpanAction use)
    {
        using MapWriteLease lease = map.LeaseForWrite();
        use(lease.As<int>());
    }

    private static void Viewed(MemoryMap map, ViewAction use)
    {
        using MapLease lease = map.Lease();
        use(lease.As<int>());
    }

    private static void AssertWriteEnds(MemoryMap map, SpanAction use)
    {
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapWriteLease lease = map.LeaseForWrite();
            MappedSpan<int> span = lease.As<int>();
            lease.Dispose();
            Assert.Equal(10, span.Length);
            use(span);
        });
        Assert.Equal(0, map.Read<int>(0));
    }

    private static void AssertReadEnds(MemoryMap map, ViewAction use) =>
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapLease lease = map.Lease();
            MappedReadOnlySpan<int> span = lease.As<int>();
            lease.Dispose();
            use(span);
        });
}
