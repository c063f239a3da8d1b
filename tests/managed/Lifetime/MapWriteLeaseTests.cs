namespace MmapIo.Tests;

/// <summary><see cref="MapWriteLease"/>: what a writer does through it.</summary>
public sealed class MapWriteLeaseTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();
    private readonly string _path;
    private readonly MemoryMap _map;

    public MapWriteLeaseTests()
    {
        _path = _scratch.Patterned(Length);
        _map = MemoryMap.Open(_path, MapAccess.ReadWrite);
    }

    public void Dispose()
    {
        _map.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Every_way_of_writing_arrives_where_it_should()
    {
        byte[] expected = Pattern.Bytes(0, Length);
        using (MapWriteLease lease = _map.LeaseForWrite(100, 8000))
        {
            Assert.Equal(8000, lease.Length);
            Assert.Equal(Pattern.Bytes(100, 8000), lease.Span);
            lease[0] = 1;
            lease[7990]++;
            lease.Span[10] = 3;
            lease.Slice(4000, 100).Fill(4);
            lease.Write(5001, 0x1122334455667788);
            lease.Write(7992, 5L);
        }
        expected[100] = 1;
        expected[8090]++;
        expected[110] = 3;
        expected.AsSpan(4100, 100).Fill(4);
        BitConverter.TryWriteBytes(expected.AsSpan(5101), 0x1122334455667788);
        BitConverter.TryWriteBytes(expected.AsSpan(8092), 5L);
        _map.Flush();
        Assert.Equal(expected, Files.Bytes(_path));
    }

    [Fact]
    public void The_indexer_reads_and_writes_in_place()
    {
        using MapWriteLease lease = _map.LeaseForWrite();
        byte before = lease[5];
        ref byte there = ref lease[5];
        there++;
        Assert.Equal((byte)(before + 1), _map.Read<byte>(5));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_index_outside_is_refused_and_nothing_is_written(long index)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using MapWriteLease lease = _map.LeaseForWrite(100, 1000);
            lease[index] = (byte)~lease[0];
        });
        AssertUntouched();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(993)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_value_outside_is_refused_and_nothing_is_written(long offset)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using MapWriteLease lease = _map.LeaseForWrite(100, 1000);
            lease.Write(offset, -1L);
        });
        AssertUntouched();
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 1001)]
    [InlineData(1000, 1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    [InlineData(long.MinValue, int.MaxValue)]
    public void A_slice_outside_is_refused(long offset, int length) => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        using MapWriteLease lease = _map.LeaseForWrite(100, 1000);
        _ = lease.Slice(offset, length);
    });

    [Fact]
    public void Through_a_copy_on_write_map_it_leaves_the_file_alone()
    {
        using MemoryMap copy = MemoryMap.Open(_path, MapAccess.CopyOnWrite);
        using (MapWriteLease lease = copy.LeaseForWrite())
        {
            lease.Span.Clear();
        }
        Assert.Equal(0, copy.Read<long>(4000));
        AssertUntouched();
    }

    private void AssertUntouched() => Assert.Equal(Pattern.Bytes(0, Length), Files.Bytes(_path));
}
