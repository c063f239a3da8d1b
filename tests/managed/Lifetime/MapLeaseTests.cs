namespace MmapIo.Tests;

/// <summary><see cref="MapLease"/>: what a reader sees through it.</summary>
public sealed class MapLeaseTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();
    private readonly MemoryMap _map;

    public MapLeaseTests() => _map = MemoryMap.Open(_scratch.Patterned(Length));

    public void Dispose()
    {
        _map.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(0, Length)]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, Length - 1)]
    [InlineData(4097, 100)]
    [InlineData(Length - 1, 1)]
    [InlineData(Length, 0)]
    public void It_covers_the_range_it_was_taken_on(int offset, int length)
    {
        using MapLease lease = _map.Lease(offset, length);
        byte[] expected = Pattern.Bytes(offset, length);
        Assert.Equal(length, lease.Length);
        Assert.Equal(expected, lease.Span);
        Assert.Equal(expected, lease.Slice(0, length));
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(expected[i], lease[i]);
        }
    }

    [Fact]
    public void Slices_and_values_count_from_the_start_of_the_lease()
    {
        using MapLease lease = _map.Lease(100, 1000);
        Assert.Equal(Pattern.Bytes(150, 20), lease.Slice(50, 20));
        Assert.Equal(Pattern.Bytes(1099, 1), lease.Slice(999, 1));
        Assert.True(lease.Slice(1000, 0).IsEmpty);
        Assert.Equal(BitConverter.ToInt64(Pattern.Bytes(103, 8)), lease.Read<long>(3));
        Assert.Equal(BitConverter.ToInt64(Pattern.Bytes(1092, 8)), lease.Read<long>(992));
        Assert.Equal(new Guid(Pattern.Bytes(101, 16)), lease.Read<Guid>(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_index_outside_is_refused(long index) => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        using MapLease lease = _map.Lease(100, 1000);
        _ = lease[index];
    });

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 1001)]
    [InlineData(1000, 1)]
    [InlineData(1001, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    [InlineData(long.MinValue, int.MaxValue)]
    [InlineData(1, int.MinValue)]
    public void A_slice_outside_is_refused(long offset, int length) => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        using MapLease lease = _map.Lease(100, 1000);
        _ = lease.Slice(offset, length);
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(993)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_value_outside_is_refused(long offset) => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        using MapLease lease = _map.Lease(100, 1000);
        _ = lease.Read<long>(offset);
    });

    [Fact]
    public void A_value_longer_than_the_lease_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        using MapLease lease = _map.Lease(100, 7);
        _ = lease.Read<long>(0);
    });

    [Fact]
    public void It_sees_what_others_write_meanwhile()
    {
        string path = _scratch.Patterned(100, "shared");
        using MemoryMap reading = MemoryMap.Open(path);
        using MemoryMap writing = MemoryMap.Open(path, MapAccess.ReadWrite);
        using MapLease lease = reading.Lease();
        writing.Write(40, 0x01020304);
        Assert.Equal(0x01020304, lease.Read<int>(40));
    }

    [Fact]
    public void Many_threads_can_read_one_map()
    {
        var threads = new List<Threads.Running>();
        try
        {
            for (int thread = 0; thread < 4; thread++)
            {
                int start = thread * 1000;
                threads.Add(Threads.Start(() =>
                {
                    for (int round = 0; round < 1000; round++)
                    {
                        using MapLease lease = _map.Lease(start, 1000);
                        Assert.Equal(Pattern.At(start + round), lease[round]);
                    }
                }));
            }
        }
        finally
        {
            threads.ForEach(thread => thread.Dispose());
        }
    }
}
