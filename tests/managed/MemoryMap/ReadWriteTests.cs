using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;

namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Read{T}"/> and <see cref="MemoryMap.Write{T}"/>.</summary>
public sealed class ReadWriteTests : IDisposable
{
    private const int Length = 8192 + 3;

    private readonly Scratch _scratch = new();
    private readonly MemoryMap _map;

    public ReadWriteTests() => _map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);

    public static TheoryData<long, long> Outside { get; } = new()
    {
        // The offset, and the length of the whole it is outside of for eight bytes.
        { -1, Length }, { -8, Length }, { long.MinValue, Length }, { long.MinValue + 7, Length },
        { Length - 7, Length }, { Length, Length }, { Length + 1, Length },
        { long.MaxValue, Length }, { long.MaxValue - 7, Length }, { long.MaxValue - 8, Length },
        { 0, 7 }, { 1, 8 }, { -1, 8 }, { 0, 1 },
    };

    public void Dispose()
    {
        _map.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Any_unmanaged_type_goes_to_any_offset_and_comes_back()
    {
        GoesAndComesBack((byte)0xFE);
        GoesAndComesBack((sbyte)-2);
        GoesAndComesBack((short)-30000);
        GoesAndComesBack((ushort)60000);
        GoesAndComesBack('\u20AC');
        GoesAndComesBack(-2_000_000_000);
        GoesAndComesBack(4_000_000_000u);
        GoesAndComesBack(0x7766554433221100);
        GoesAndComesBack(ulong.MaxValue - 1);
        GoesAndComesBack((Half)1.5);
        GoesAndComesBack(MathF.PI);
        GoesAndComesBack(Math.E);
        GoesAndComesBack(Int128.MinValue + 12345);
        GoesAndComesBack(79228162514264337593543950335m);
        GoesAndComesBack(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"));
        GoesAndComesBack(DateTime.UnixEpoch);
        GoesAndComesBack(MapAdvice.Collapse);
        GoesAndComesBack((A: (byte)1, B: 2L, C: (short)3));
        GoesAndComesBack(new Packed { First = 1, Second = double.MaxValue, Third = -4 });
    }

    [Fact]
    public void A_type_longer_than_a_page_crosses_pages()
    {
        var written = new Long();
        Pattern.Bytes(77, Unsafe.SizeOf<Long>()).CopyTo(MemoryMarshal.AsBytes(new Span<Long>(ref written)));
        _map.Write(1001, written);
        Long read = _map.Read<Long>(1001);
        Assert.Equal(Pattern.Bytes(77, Unsafe.SizeOf<Long>()), MemoryMarshal.AsBytes(new Span<Long>(ref read)));
        Assert.Equal(Pattern.At(1000), _map.Read<byte>(1000));
        Assert.Equal(Pattern.At(1001 + 5000), _map.Read<byte>(1001 + 5000));
    }

    [Theory]
    [MemberData(nameof(Outside))]
    public void A_value_not_wholly_inside_is_refused_and_nothing_is_written(long place, long length)
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned((int)length, "short"), MapAccess.ReadWrite);
        Refused.Naming("offset", () => map.Read<long>(place));
        Refused.Naming("offset", () => map.Write(place, ~0L));
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(0, (int)length), lease.Span);
    }

    [Theory]
    [InlineData(0, -1, "length")]
    [InlineData(-1, 0, "offset")]
    [InlineData(Length, 1, "length")]
    [InlineData(Length + 1, 0, "offset")]
    [InlineData(1, Length, "length")]
    [InlineData(1, long.MaxValue, "length")]
    [InlineData(long.MaxValue, long.MaxValue, "offset")]
    [InlineData(long.MinValue, long.MinValue, "offset")]
    public void A_range_not_wholly_inside_is_refused_by_every_call_that_takes_one(
        long offset, long length, string blamed)
    {
        foreach (Action call in new Action[]
        {
            () => _map.Lease(offset, length).Dispose(),
            () => _map.LeaseForWrite(offset, length).Dispose(),
            () => _map.Advise(MapAdvice.Normal, offset, length),
            () => _map.AdviseDestructive(MapAdvice.Remove, offset, length),
            () => _map.Flush(FlushMode.Sync, offset, length),
            () => _map.GetResidency(offset, length),
            () => _map.GetResidency(new bool[10], offset, length),
            () => _map.Lock(offset, length),
            () => _map.Lock(LockMode.Now, offset, length),
            () => _map.Unlock(offset, length),
            () => _map.Populate(offset, length),
            () => _map.Populate(forWriting: true, offset, length),
            () => _map.Protect(MapProtection.Read, offset, length),
        })
        {
            Refused.Naming(blamed, call);
        }
        Assert.Equal(Pattern.At(0), _map.Read<byte>(0));
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadExecute)]
    public void Writing_to_a_map_for_reading_is_not_supported(MapAccess access)
    {
        OpenTests.SkipExecuteOnWindows(access);
        string path = _scratch.Patterned(100, "read-only");
        using MemoryMap map = MemoryMap.Open(path, access);
        Assert.Throws<NotSupportedException>(() => map.Write(0, (byte)1));
        Assert.Throws<NotSupportedException>(() => map.Write(92, 1L));
        Assert.Throws<NotSupportedException>(() => map.LeaseForWrite().Dispose());
        Assert.Throws<NotSupportedException>(() => map.LeaseForWrite(5, 0).Dispose());
        Assert.Equal(Pattern.Bytes(0, 100), Files.Bytes(path));
        Assert.Equal(Pattern.At(5), map.Read<byte>(5));
    }

    [Fact]
    public void It_reads_what_a_plain_array_would_hold()
    {
        Gen<(int Offset, long Value)[]> writes = Gen.Select(Gen.Int[0, Length - 8], Gen.Long).Array[0, 20];
        Gen.Select(writes, Gen.Int[0, Length - 8]).Sample((written, place) =>
        {
            byte[] model = new byte[Length];
            using MemoryMap map = MemoryMap.CreateAnonymous(Length);
            foreach ((int offset, long value) in written)
            {
                map.Write(offset, value);
                BitConverter.TryWriteBytes(model.AsSpan(offset), value);
            }
            using MapLease lease = map.Lease();
            return map.Read<long>(place) == BitConverter.ToInt64(model, place) && lease.Span.SequenceEqual(model);
        }, iter: 200);
    }

    private void GoesAndComesBack<T>(T value)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        byte[] bytes = new byte[size];
        MemoryMarshal.Write(bytes, value);
        foreach (long offset in new[] { 0, 1, 3, 7, 4095, 4096, Length - size - 1, Length - size })
        {
            byte[] expected = Pattern.Bytes(0, Length);
            bytes.CopyTo(expected, offset);
            using (MapWriteLease fresh = _map.LeaseForWrite())
            {
                Pattern.Bytes(0, Length).CopyTo(fresh.Span);
            }
            _map.Write(offset, value);
            Assert.Equal(value, _map.Read<T>(offset));
            using MapLease lease = _map.Lease();
            Assert.Equal(expected, lease.Span);
            Assert.Equal(value, lease.Read<T>(offset));
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private record struct Packed
    {
        public byte First;
        public double Second;
        public short Third;
    }

    [InlineArray(5000)]
    private struct Long
    {
        private byte _first;
    }
}
