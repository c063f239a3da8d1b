using System.Runtime.CompilerServices;

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

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.CopyOnWrite)]
    public void Storing_to_an_array_for_reading_does_no_harm(MapAccess access)
    {
        string path = _scratch.Patterned(8000);
        using var array = MappedArray<byte>.Open(path, access);
        array[7] ^= 0xFF;
        Assert.Equal((byte)~Pattern.At(7), array[7]);
        array.Flush();
        Assert.Equal(Pattern.Bytes(0, 8000), File.ReadAllBytes(path));
        Refused.Naming("length", () => array.Resize(8001));
        Assert.Equal((byte)~Pattern.At(7), array[7]);
        Assert.Equal(8000, array.Length);
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
    public void A_map_whose_elements_cannot_be_had_is_closed_and_its_collection_harms_nobody()
    {
        string path = _scratch.Patterned(8000);
        FailToMake(path);
        Garbage.Collect();
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(path));
        }
    }

    [Fact]
    public void A_resize_that_finds_the_file_gone_leaves_no_elements_and_holds_nothing()
    {
        Needs.Linux("elsewhere, what is mapped privately is not resized");
        string path = _scratch.Patterned(100_000);
        var array = MappedArray<byte>.Open(path);
        Cut.To(path, 0);
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(() => array.Resize(50_000)).Status);
        Assert.Equal(0, array.Length);
        Cut.To(path, 100_000);
        array.Resize(40_000);
        Assert.Equal((40_000, (byte)0), (array.Length, array[39_999]));
        Cut.To(path, 0);
        Assert.Throws<MmapIoException>(() => array.Resize(30_000));
        array.Dispose();
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(path));
        }
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
    public void After_it_was_disposed_it_has_no_elements()
    {
        var array = MappedArray<int>.Create(File1, 10);
        array.Dispose();
        array.Dispose();
        Assert.Equal(0, array.Length);
        Refused.Naming("index", () => _ = array[0]);
        Assert.Throws<ObjectDisposedException>(() => array.Resize(5));
        Assert.Throws<ObjectDisposedException>(() => array.Flush());
        Assert.Equal(40, new FileInfo(File1).Length);
    }

    [Fact]
    public void A_reference_taken_before_does_no_harm_while_the_array_is_kept()
    {
        var array = MappedArray<int>.Create(File1, 10);
        ref int element = ref array[5];
        array.Dispose();
        Garbage.Collect();
        element = 7;
        Assert.Equal(7, element);
        if (Mappings.CanTell)
        {
            Assert.Equal(1, Mappings.Count(File1));
        }
        GC.KeepAlive(array);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_array_that_nobody_refers_to_is_unmapped(bool disposed)
    {
        Needs.Linux("counting mappings");
        Drop(disposed);
        Garbage.CollectUntil(() => Mappings.Count(File1) == 0);
        Assert.Equal((0, 0), (Mappings.Count(File1), Mappings.OpenFiles(File1)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailToMake(string path)
    {
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Protect(MapProtection.None);
        Assert.Throws<UnauthorizedAccessException>(() => new MappedArray<int>(map));
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Drop(bool disposed)
    {
        var array = MappedArray<int>.Create(File1, 10);
        array[9] = 1;
        if (disposed)
        {
            array.Dispose();
        }
        Assert.Equal(1, Mappings.Count(File1));
    }
}
