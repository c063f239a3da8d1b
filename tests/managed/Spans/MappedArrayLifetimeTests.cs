using System.Runtime.CompilerServices;

namespace MmapIo.Tests;

/// <summary>Arrays that are dropped, disposed, collected or resized while they are in use.</summary>
public sealed class MappedArrayLifetimeTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private string File1 => _scratch.At("array");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_array_that_nobody_refers_to_is_unmapped(bool asPart)
    {
        Needs.Linux("counting mappings");
        Drop(asPart);
        Garbage.CollectUntil(() => Mappings.Count(File1) == 0);
        Assert.Equal((0, 0), (Mappings.Count(File1), Mappings.OpenFiles(File1)));
    }

    [Fact]
    public void A_part_keeps_the_map_that_its_array_has_dropped()
    {
        MappedArray<int> part = PartOfDropped();
        Garbage.Collect();
        Assert.Equal((2, 42), (part.Length, part[1]));
        part.Map.Dispose();
    }

    [Fact]
    public void What_is_stored_may_resize_or_collect_the_array_meanwhile()
    {
        using var array = MappedArray<long>.Create(File1, 4);
        array[0] = Grow(1_000_000, 5);
        Assert.Equal((1_000_000, 5), (array.Length, array[0]));
        array[0] += Grow(2_000_000, 7) + Grow(3, 8);
        Assert.Equal((3, 20), (array.Length, array[0]));
        StoreToDropped();
        Assert.Equal(9, BitConverter.ToInt64(Files.Bytes(_scratch.At("dropped")), 8));

        long Grow(long count, long value)
        {
            array.Resize(count);
            return value;
        }

        void StoreToDropped()
        {
            string path = _scratch.Holding(new byte[16], "dropped");
            MappedArray<long>.Open(path, MapAccess.ReadWrite)[1] = Collected(9);
        }

        static long Collected(long value)
        {
            Garbage.Collect();
            return value;
        }
    }

    [Fact]
    public void After_it_was_disposed_it_has_no_elements()
    {
        var array = MappedArray<int>.Create(File1, 10);
        array.Dispose();
        array.Dispose();
        Assert.Equal(0, array.Length);
        Assert.Throws<ObjectDisposedException>(() => array[0]);
        Assert.Throws<ObjectDisposedException>(() => array[0] = 1);
        Assert.Throws<ObjectDisposedException>(() => array[^1]);
        Assert.Throws<ObjectDisposedException>(() => array[..0]);
        Assert.Throws<ObjectDisposedException>(() => array.Resize(5));
        Assert.Throws<ObjectDisposedException>(() => array.Flush());
        Assert.Throws<ObjectDisposedException>(() => array.GetEnumerator().MoveNext());
        Assert.Equal(40, new FileInfo(File1).Length);
    }

    [Fact]
    public void All_of_an_array_is_what_it_has_while_another_thread_resizes_it()
    {
        using var array = MappedArray<int>.Create(File1, 10, new MapOptions { Reserve = 1 << 16 });
        bool done = false;
        using (Threads.Start(() => ResizeUntil(array, ref done)))
        {
            try
            {
                for (int i = 0; i < 20_000; i++)
                {
                    array.Fill(5);
                    Assert.Equal(0, array.IndexOf(5));
                    using MapLease lease = array.LeaseForRead();
                    Assert.Equal(0, lease.Length % sizeof(int));
                }
                for (int i = 0; i < 200; i++)
                {
                    long count = 0;
                    foreach (int value in array)
                    {
                        count += value is 0 or 5 ? 1 : 0;
                    }
                    Assert.InRange(count, 10, 10_000);
                }
            }
            finally
            {
                Volatile.Write(ref done, true);
            }
        }
    }

    private static void ResizeUntil(MappedArray<int> array, ref bool done)
    {
        for (int i = 0; !Volatile.Read(ref done); i++)
        {
            try
            {
                array.Resize(i % 2 == 0 ? 10_000 : 10);
            }
            catch (InvalidOperationException)
            {
                // A lease is out.
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Drop(bool asPart)
    {
        var array = MappedArray<int>.Create(File1, 10);
        array[9] = 1;
        if (asPart)
        {
            array = array[9..];
        }
        Assert.Equal((1, 1), (array[^1], Mappings.Count(File1)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private MappedArray<int> PartOfDropped()
    {
        var array = MappedArray<int>.Create(File1, 10);
        array[9] = 42;
        return array[8..];
    }
}
