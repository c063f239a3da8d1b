namespace MmapIo.Tests;

/// <summary>Cells of 4 and 8 bytes that threads and processes share.</summary>
public sealed class AtomicsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private enum Colour
    {
        Red = 7,
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Cells_of_four_bytes_give_what_Interlocked_gives()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        map.WriteVolatile(4, 10);
        Assert.Equal((10, 15, 12), (map.ReadVolatile<int>(4), map.Add(4, 5), map.Add(4, -3)));
        Assert.Equal((12, 40), (map.Exchange(4, 40), map.ReadVolatile<int>(4)));
        Assert.Equal((40, 40), (map.CompareExchange(4, 1, 39), map.ReadVolatile<int>(4)));
        Assert.Equal((40, 1), (map.CompareExchange(4, 1, 40), map.ReadVolatile<int>(4)));
        Assert.Equal(int.MinValue, map.Exchange(4, int.MaxValue) + map.Add(4, 1) - 1);
        Assert.Equal((0, 0), (map.Read<int>(0), map.Read<int>(8)));
    }

    [Fact]
    public void Cells_of_eight_bytes_give_what_Interlocked_gives()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        map.WriteVolatile(8, 1L << 40);
        Assert.Equal(((1L << 40) + 5, 1L << 40), (map.Add(8, 5L), map.Add(8, -5L)));
        Assert.Equal((1L << 40, -1), (map.Exchange(8, -1L), map.ReadVolatile<long>(8)));
        Assert.Equal((-1, -1), (map.CompareExchange(8, 5L, 0L), map.ReadVolatile<long>(8)));
        Assert.Equal((-1, 5), (map.CompareExchange(8, 5L, -1L), map.ReadVolatile<long>(8)));
        Assert.Equal((0, 0), (map.Read<long>(0), map.Read<long>(16)));
    }

    [Fact]
    public void Cells_without_a_sign_give_what_Interlocked_gives()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        Assert.Equal((uint.MaxValue, 4u), (map.Add(4, uint.MaxValue), map.Add(4, 5u)));
        Assert.Equal((4u, 4_000_000_000u), (map.Exchange(4, 4_000_000_000u), map.CompareExchange(4, 1u, 2u)));
        Assert.Equal((4_000_000_000u, 1u), (map.CompareExchange(4, 1u, 4_000_000_000u), map.ReadVolatile<uint>(4)));
        Assert.Equal((ulong.MaxValue, 4ul), (map.Add(8, ulong.MaxValue), map.Add(8, 5ul)));
        Assert.Equal((4ul, 1ul << 63), (map.Exchange(8, 1ul << 63), map.CompareExchange(8, 1ul, 2ul)));
        Assert.Equal((1ul << 63, 1ul), (map.CompareExchange(8, 1ul, 1ul << 63), map.ReadVolatile<ulong>(8)));
        Assert.Equal((0, 0), (map.Read<int>(0), map.Read<int>(16)));
    }

    [Fact]
    public void Bits_are_set_and_cleared_and_the_old_value_is_told()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        Assert.Equal((0, 6, 7, 5), (map.Or(4, 6), map.Or(4, 3), map.And(4, 5), map.ReadVolatile<int>(4)));
        Assert.Equal((5u, 0x80000005u), (map.Or(4, 0x80000000u), map.And(4, 0x80000000u)));
        Assert.Equal((0L, 6L, 7L, 5L), (map.Or(8, 6L), map.Or(8, 3L), map.And(8, 5L), map.ReadVolatile<long>(8)));
        Assert.Equal((5ul, (1ul << 63) | 5), (map.Or(8, 1ul << 63), map.And(8, 1ul << 63)));
        Assert.Equal((0x80000000u, 1ul << 63, 0), (map.Read<uint>(4), map.Read<ulong>(8), map.Read<int>(0)));
        Refused.Naming("offset", () => map.And(2, 1));
        Refused.Naming("offset", () => map.Or(96, 1L));
    }

    [Fact]
    public void Other_types_of_those_sizes_are_cells_too()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        map.WriteVolatile(0, 1.5);
        map.WriteVolatile(8, 2.5f);
        map.WriteVolatile(12, Colour.Red);
        map.WriteVolatile(16, ulong.MaxValue);
        Assert.Equal(
            (1.5, 2.5f, Colour.Red, ulong.MaxValue),
            (map.ReadVolatile<double>(0), map.ReadVolatile<float>(8), map.ReadVolatile<Colour>(12), map.ReadVolatile<ulong>(16)));
        Assert.Throws<ArgumentException>(() => map.ReadVolatile<short>(0));
        Assert.Throws<ArgumentException>(() => map.WriteVolatile(0, Guid.Empty));
        Assert.Throws<ArgumentException>(() => map.WriteVolatile(0, (byte)1));
    }

    [Fact]
    public void Misaligned_cells_are_refused_by_their_address()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Sparse(100), MapAccess.ReadWrite, new MapOptions { Offset = 1 });
        foreach (long offset in new long[] { 0, 1, 2, 4, 5 })
        {
            Refused.Naming("offset", () => map.Add(offset, 1));
            Refused.Naming("offset", () => map.Exchange(offset, 1L));
            Refused.Naming("offset", () => map.CompareExchange(offset, 1L, 0L));
            Refused.Naming("offset", () => map.ReadVolatile<int>(offset));
            Refused.Naming("offset", () => map.WriteVolatile(offset, 1.0));
        }
        Assert.Equal(1, map.Add(3, 1));
        Refused.Naming("offset", () => map.Add(3, 1L));
        Assert.Equal(1L, map.Add(7, 1L));
    }

    [Fact]
    public void Cells_outside_are_refused_and_so_is_writing_a_map_for_reading()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Sparse(100));
        foreach (long offset in new[] { -8, 96, 104, long.MaxValue - 7, long.MinValue })
        {
            Refused.Naming("offset", () => map.ReadVolatile<long>(offset));
        }
        Assert.Equal(0, map.ReadVolatile<int>(96));
        Assert.Throws<NotSupportedException>(() => map.Add(0, 1));
        Assert.Throws<NotSupportedException>(() => map.WriteVolatile(0, 1L));
        Assert.Throws<NotSupportedException>(() => map.Exchange(0, 1));
        Assert.Throws<NotSupportedException>(() => map.CompareExchange(0, 1L, 0L));
    }

    [Fact]
    public void Two_processes_count_together_and_lose_nothing()
    {
        const int Times = 500_000;
        string path = _scratch.Sparse(4096);
        using Child one = Child.Start(GuardedParts.Counter, path, $"{Times}");
        using Child two = Child.Start(GuardedParts.Counter, path, $"{Times}");

        // Both are there before either begins, so that they count side by side.
        Assert.Equal("ready", one.Ask("are you there?"));
        Assert.Equal("ready", two.Ask("are you there?"));
        Assert.Equal("counting", one.Ask("go"));
        Assert.Equal("counting", two.Ask("go"));
        one.Finish();
        two.Finish();
        using MemoryMap map = MemoryMap.Open(path);
        Assert.Equal(
            (2 * Times, -2 * Times, 4 * Times),
            (map.ReadVolatile<long>(0), map.ReadVolatile<int>(8), map.ReadVolatile<long>(16)));
    }
}
