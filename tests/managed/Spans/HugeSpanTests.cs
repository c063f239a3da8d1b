namespace MmapIo.Tests;

/// <summary>
/// More elements than a span can have, in memory that is the one page of zeros but for a few. A file of that length is in
/// <see cref="BeyondTwoGigabytesTests"/>.
/// </summary>
public sealed class HugeSpanTests
{
    /// <summary>Two pieces of 1 GiB and a bit, from an odd place: past what an int can count.</summary>
    private const long Length = (1L << 31) + 12_345;

    [Fact]
    public void All_of_it_is_indexed_searched_sliced_and_gone_through()
    {
        using MemoryMap map = Open(Length);
        using MapWriteLease lease = map.LeaseForWrite();
        MappedSpan<byte> span = lease.As<byte>();
        Assert.Equal(Length, span.Length);
        span[Length - 1] = 5;
        span[(1L << 31) - 1] = 3;
        Assert.Equal(5, map.Read<byte>(Length - 1));
        Assert.Equal((1L << 31) - 1, span.IndexOf((byte)3));
        Assert.Equal(Length - 1, span.IndexOf((byte)5));
        Assert.Equal(1, span.Slice((1L << 31) - 2, 10).IndexOf((byte)3));
        Assert.Equal((Length - 2, 1L), (span.Count((byte)0), span.AsReadOnly().Count((byte)5)));
        Assert.Equal(new byte[] { 0, 3, 0 }, span.Span((1L << 31) - 2, 3));
        Assert.Throws<InvalidOperationException>(() => map.LeaseForWrite().Span.Length);
        long total = 0;
        int pieces = 0;
        foreach (ReadOnlySpan<byte> piece in span.AsReadOnly().Chunks(1 << 30))
        {
            total += piece.Length;
            pieces++;
        }
        Assert.Equal((Length, 3), (total, pieces));
    }

    [Fact]
    public void A_slice_across_the_boundary_is_filled_copied_and_compared()
    {
        using MemoryMap map = Open(Length);
        using MapWriteLease lease = map.LeaseForWrite();
        MappedSpan<byte> edge = lease.As<byte>().Slice((1L << 31) - 5000, 10_000);
        edge.Fill(9);
        Assert.Equal((0, 9, 9, 0), (
            map.Read<byte>((1L << 31) - 5001), map.Read<byte>((1L << 31) - 5000),
            map.Read<byte>((1L << 31) + 4999), map.Read<byte>((1L << 31) + 5000)));
        MappedSpan<byte> low = lease.As<byte>().Slice(100, 10_000);
        Assert.False(low.SequenceEqual(edge));
        edge.CopyTo(low);
        Assert.True(low.SequenceEqual(edge));
        Assert.Equal(9, map.Read<byte>(10_099));
    }

    [Fact]
    public void A_binary_search_goes_beyond_what_an_int_can_count()
    {
        // Zeros up to the last element: sorted, and almost none of it is ever looked at.
        using MemoryMap map = Open(((1L << 31) + 10) * sizeof(short));
        using MapWriteLease lease = map.LeaseForWrite();
        MappedSpan<short> span = lease.As<short>();
        span[span.Length - 1] = 7;
        Assert.Equal((1L << 31) + 9, span.BinarySearch((short)7));
        Assert.Equal(~(span.Length - 1), span.BinarySearch((short)6));
        Assert.Equal(~span.Length, span.BinarySearch((short)8));
        Assert.Equal(~0L, span.BinarySearch((short)-1));
    }

    /// <summary>Large pages of zeros, where there are such, are found zeros in no time.</summary>
    private static MemoryMap Open(long length) =>
        MemoryMap.CreateAnonymous(length, new MapOptions { NoReserve = true, Advice = MapAdvice.HugePage });
}
