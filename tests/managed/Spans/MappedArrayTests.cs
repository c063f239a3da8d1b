namespace MmapIo.Tests;

/// <summary><see cref="MappedArray{T}"/>: a file as an array.</summary>
public sealed class MappedArrayTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string File1 => _scratch.At("array");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_is_stored_is_there_when_the_file_is_opened_again()
    {
        using (var array = MappedArray<long>.Create(File1, 1000))
        {
            Assert.Equal(1000, array.Length);
            Assert.Equal(8000, new FileInfo(File1).Length);
            Assert.Equal(0, array[999]);
            for (long i = 0; i < array.Length; i++)
            {
                array[i] = i * i;
            }
            array[3]++;
            array.Flush();
            array.Flush(FlushMode.Durable);
        }
        using var again = MappedArray<long>.Open(File1);
        Assert.Equal((1000, 10, 999 * 999), (again.Length, again[3], again[999]));
        Assert.Equal(8000, again.Map.Length);
    }

    [Fact]
    public void Creating_replaces_what_was_there()
    {
        File.WriteAllBytes(File1, Pattern.Bytes(0, 9000));
        using var array = MappedArray<int>.Create(File1, 5);
        Assert.Equal(20, new FileInfo(File1).Length);
        Assert.Equal(0, array[0]);
    }

    [Fact]
    public void As_many_elements_are_there_as_fit_in_whole()
    {
        using var array = MappedArray<long>.Open(_scratch.Patterned(31), MapAccess.ReadWrite);
        Assert.Equal(3, array.Length);
        Refused.Naming("index", () => array[3] = 0);
        using var none = MappedArray<long>.Open(_scratch.Holding([]), MapAccess.ReadWrite);
        Assert.Equal(0, none.Length);
        Refused.Naming("index", () => none[0] = 0);
        none.Resize(2);
        none[1] = 5;
        Assert.Equal(16, new FileInfo(_scratch.At("data")).Length);
    }

    [Fact]
    public void Resizing_keeps_what_fits_and_adds_zeros_and_the_file_follows()
    {
        using var array = MappedArray<int>.Create(File1, 10);
        for (int i = 0; i < 10; i++)
        {
            array[i] = i + 1;
        }
        array.Resize(100_000);
        Assert.Equal((100_000, 400_000), (array.Length, new FileInfo(File1).Length));
        Assert.Equal((10, 0, 0), (array[9], array[10], array[99_999]));
        array.Resize(4);
        Assert.Equal((4, 16), (array.Length, new FileInfo(File1).Length));
        Refused.Naming("index", () => _ = array[4]);
        array.Resize(10);
        Assert.Equal((4, 0), (array[3], array[4]));
        array.Resize(0);
        Assert.Equal((0, 0), (array.Length, new FileInfo(File1).Length));
        array.Resize(1);
        Assert.Equal(0, array[0]);
    }

    [Fact]
    public void Resizing_under_a_lease_is_refused_and_changes_nothing()
    {
        using var array = MappedArray<int>.Create(File1, 10);
        array[9] = 42;
        using (array.Map.Lease())
        {
            Assert.Throws<InvalidOperationException>(() => array.Resize(20));
            Assert.Equal((10, 42), (array.Length, array[9]));
        }
        array.Resize(20);
        Assert.Equal((20, 42), (array.Length, array[9]));
    }

    [Fact]
    public void What_no_array_can_be_is_refused()
    {
        Refused.Naming("count", () => MappedArray<int>.Create(File1, 0));
        Refused.Naming("count", () => MappedArray<int>.Create(File1, -1));
        Refused.Naming("count", () => MappedArray<int>.Create(File1, long.MaxValue / 2));
        Assert.False(File.Exists(File1));
        using var array = MappedArray<int>.Create(File1, 10);
        Refused.Naming("count", () => array.Resize(-1));
        Refused.Naming("count", () => array.Resize(long.MaxValue));
        Assert.Equal(10, array.Length);
        Refused.Naming("access", () => MappedArray<int>.Open(File1, MapAccess.ReadExecute));
        Assert.Throws<FileNotFoundException>(() => MappedArray<int>.Open(_scratch.At("none")));
    }

    [Fact]
    public void It_is_searched_compared_copied_filled_and_sliced_as_a_whole()
    {
        using var array = MappedArray<long>.Create(File1, 1000);
        for (long i = 0; i < array.Length; i++)
        {
            array[i] = 2 * i;
        }
        Assert.Equal((500, -1, true, false), (array.IndexOf(1000), array.IndexOf(7), array.Contains(1998), array.Contains(1)));
        Assert.Equal((999, ~4), (array.BinarySearch(1998), array.BinarySearch(7)));
        using (MapWriteLease lease = array.Lease(10, 5))
        {
            MappedSpan<long> part = lease.As<long>();
            Assert.Equal((5, 20, 28), (part.Length, part[0], part[4]));
            part[4] = 29;
        }
        long[] copy = new long[1001];
        array.CopyTo(copy);
        Assert.Equal((29, 1998, 0), (copy[14], copy[999], copy[1000]));
        using var other = MappedArray<long>.Create(_scratch.At("other"), 1000);
        Assert.False(array.SequenceEqual(other));
        array.CopyTo(other);
        Assert.True(array.SequenceEqual(other));
        using (MapWriteLease all = other.Lease())
        {
            Assert.True(array.SequenceEqual(all.As<long>().AsReadOnly()));
            other[999]++;
            Assert.False(array.SequenceEqual(all.As<long>().AsReadOnly()));
        }
        other.Fill(5);
        Assert.Equal((5, 5, 0), (other[0], other[999], other.IndexOf(5)));
    }

    [Fact]
    public void What_is_done_to_the_whole_of_an_array_minds_lengths_and_its_end()
    {
        var array = MappedArray<int>.Create(File1, 10);
        Refused.Naming("start", () => array.Lease(-1, 1).Dispose());
        Refused.Naming("length", () => array.Lease(5, 6).Dispose());
        Refused.Naming("destination", () => array.CopyTo(new int[9]));
        using (array.Lease(3, 1))
        {
            Assert.Throws<InvalidOperationException>(() => array.Resize(20));
        }
        array.Dispose();
        Assert.Throws<ObjectDisposedException>(() => array.Lease().Dispose());
        Assert.Throws<ObjectDisposedException>(() => array.Lease(-1, 1).Dispose());
        Assert.Throws<ObjectDisposedException>(() => array.CopyTo(new int[10]));
        Assert.Throws<ObjectDisposedException>(() => array.Fill(1));
        Assert.Throws<ObjectDisposedException>(() => array.IndexOf(1));
        Assert.Throws<ObjectDisposedException>(() => array.BinarySearch(1));
    }

    [Fact]
    public void Elements_and_parts_are_had_by_every_kind_of_index()
    {
        using var array = MappedArray<int>.Create(File1, 5);
        for (int i = 0; i < 5; i++)
        {
            array[i] = i * 10;
        }
        Index second = 1;
        Assert.Equal((0, 0, 10, 40), (array[0], array[0L], array[second], array[^1]));
        array[^1] += 2;
        array[0L] = -1;
        MappedArray<int> part = array[1..3];
        Assert.Equal((2, 10, 20), (part.Length, part[0], part[^1]));
        Assert.Equal((3, 42), (array[2..].Length, array[2..][^1]));
        Assert.Equal((0, 5), (array[5..].Length, array[..].Length));
        Assert.Equal((1, 30), (array.Slice(1, 4)[2..3].Length, array.Slice(1, 4)[2..3][0]));
        int[] seen = new int[5];
        int next = 0;
        foreach (int value in array)
        {
            seen[next++] = value;
        }
        Assert.Equal([-1, 10, 20, 30, 42], seen);
        Assert.Equal(array.Length, array.Count);
        foreach (long outside in new[] { -1, 5, long.MinValue, long.MaxValue })
        {
            Refused.Naming("index", () => _ = array[outside]);
            Refused.Naming("index", () => array[outside] = 1);
            Refused.Naming("index", () => _ = part[outside]);
        }
        Refused.Naming("index", () => _ = array[^0]);
        Refused.Naming("index", () => _ = array[^6]);
        Refused.Naming("index", () => _ = part[2]);
        Refused.Naming("range", () => _ = array[..6]);
        Refused.Naming("range", () => _ = array[3..2]);
        Refused.Naming("range", () => _ = array[^6..]);
        Refused.Naming("start", () => array.Slice(6, 0));
        Refused.Naming("length", () => array.Slice(4, 2));
    }

    [Fact]
    public void A_part_shows_the_same_elements_and_ends_with_either()
    {
        var array = MappedArray<int>.Create(File1, 10);
        MappedArray<int> part = array[2..5];
        part[0] = 7;
        part.Fill(part[0]);
        Assert.Equal((7, 7, 0, 2, 3), (array[2], array[4], array[5], array.IndexOf(7), part.Length));
        Assert.Equal((0, -1), (part.IndexOf(7), part.IndexOf(0)));
        Assert.Throws<InvalidOperationException>(() => part.Resize(1));
        array.Resize(4);
        Assert.Equal(2, part.Length);
        Refused.Naming("index", () => _ = part[2]);
        array.Resize(1);
        Assert.Equal(0, part.Length);
        array.Resize(10);
        part.Flush();
        part.Dispose();
        Assert.Throws<ObjectDisposedException>(() => part[0]);
        array[2] = 1;
        MappedArray<int> other = array[2..];
        array.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other[0]);
        Assert.Throws<ObjectDisposedException>(() => other[..1]);
    }

    [Fact]
    public void An_array_for_reading_is_not_stored_to()
    {
        string path = _scratch.Patterned(8000);
        using var array = MappedArray<byte>.Open(path);
        Assert.Equal((MapAccess.Read, Pattern.At(7)), (array.Map.Access, array[7]));
        Assert.Throws<NotSupportedException>(() => array[7] = 1);
        Assert.Throws<NotSupportedException>(() => array.Fill(1));
        Assert.Throws<NotSupportedException>(() => array.Lease().Dispose());
        using (MapLease lease = array.LeaseForRead(7, 2))
        {
            Assert.Equal(Pattern.Bytes(7, 2), lease.Span);
        }
        Assert.Equal(3, array[3..].IndexOf(array[6]));
        byte[] copy = new byte[8000];
        array.CopyTo(copy);
        Assert.Equal(Pattern.Bytes(0, 8000), copy);
        Assert.Equal(copy, Files.Bytes(path));
    }

    [Fact]
    public void Storing_to_a_copy_leaves_the_file_alone()
    {
        string path = _scratch.Patterned(8000);
        using var array = MappedArray<byte>.Open(path, MapAccess.CopyOnWrite);
        array[7] ^= 0xFF;
        Assert.Equal((byte)~Pattern.At(7), array[7]);
        array.Flush();
        Assert.Equal(Pattern.Bytes(0, 8000), File.ReadAllBytes(path));
        Assert.ThrowsAny<Exception>(() => array.Resize(8001));
        Assert.Equal((8000, (byte)~Pattern.At(7)), (array.Length, array[7]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(100_000)]
    public void The_torn_end_of_a_file_is_no_element_and_none_shows_it(long count)
    {
        string path = _scratch.Patterned(31);
        using var array = MappedArray<long>.Open(path, MapAccess.ReadWrite);
        long last = array[2];
        array.Resize(count);
        Assert.Equal((last, 0, 0), (array[2], array[3], array[count - 1]));
        Assert.Equal([.. Pattern.Bytes(0, 24), .. new byte[8]], Files.Bytes(path)[..32]);
    }

    [Fact]
    public void A_torn_end_that_may_not_be_written_refuses_the_resize_before_it_begins()
    {
        string path = _scratch.Patterned((2 * MemoryMap.PageSize) + 7);
        using var array = MappedArray<long>.Open(path, MapAccess.ReadWrite);
        array.Map.Protect(MapProtection.Read, 2 * MemoryMap.PageSize, 7);
        Assert.Throws<UnauthorizedAccessException>(() => array.Resize(10_000));
        Assert.Equal((2 * MemoryMap.PageSize) + 7, new FileInfo(path).Length);
        Assert.Equal(2 * MemoryMap.PageSize / 8, array.Length);
    }

    [Fact]
    public void Options_choose_the_part_and_how_it_is_mapped()
    {
        string path = _scratch.Patterned(100);
        var part = new MapOptions { Offset = 10, Length = 17, Reserve = 1 << 20 };
        using (var array = MappedArray<long>.Open(path, MapAccess.ReadWrite, part))
        {
            Assert.Equal((2, BitConverter.ToInt64(Pattern.Bytes(10, 8))), (array.Length, array[0]));
            array.Resize(1);
            Assert.Equal(100, new FileInfo(path).Length);
        }
        Assert.Equal(Pattern.Bytes(0, 100), Files.Bytes(path));
        using (var array = MappedArray<int>.Create(File1, 3, new MapOptions { Offset = 8, Mode = FileMode.CreateNew }))
        {
            array[2] = 1;
            Assert.Equal((3, 20), (array.Length, new FileInfo(File1).Length));
        }
        Assert.Throws<IOException>(() => MappedArray<int>.Create(File1, 3, new MapOptions { Mode = FileMode.CreateNew }));
        Refused.Naming("options", () => MappedArray<int>.Create(File1, 3, new MapOptions { Length = 12 }));
        Refused.Naming("options", () => MappedArray<int>.Create(File1, 3, new MapOptions { Mode = FileMode.Truncate }));
        Assert.Equal(20, new FileInfo(File1).Length);
    }
}
