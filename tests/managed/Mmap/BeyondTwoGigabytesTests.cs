using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// Sizes and offsets that do not fit 31 or 32 bits. One sparse file, with eight bytes written at each place that
/// matters by other means than a map.
/// </summary>
public sealed class BeyondTwoGigabytesTests : IDisposable
{
    private const long GiB = 1L << 30;
    private const long FileLength = (5 * GiB) + 123;

    private static readonly int s_page = Mmap.PAGESIZE;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public BeyondTwoGigabytesTests()
    {
        _path = _scratch.Sparse(FileLength);
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write);
        foreach (long place in Places)
        {
            RandomAccess.Write(file, Pattern.Bytes(place, 8), place);
        }
    }

    /// <summary>Where a length or offset cut to 31 or 32 bits would lead astray, and the ends of the file.</summary>
    public static TheoryData<long> Places { get; } =
        [0, (2 * GiB) - 8, 2 * GiB, (2 * GiB) + 4099, (4 * GiB) - 4, (4 * GiB) + 4, (4 * GiB) + 4101, FileLength - 8];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_map_of_five_gigabytes_has_the_right_bytes_throughout()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(FileLength, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        Assert.Equal(FileLength, map.Length);
        using MapLease lease = map.Lease();
        Assert.Equal(FileLength, lease.Length);
        foreach (long place in Places)
        {
            Assert.Equal(Pattern.Bytes(place, 8), BitConverter.GetBytes(map.Read<long>(place)));
            Assert.Equal(map.Read<long>(place), lease.Read<long>(place));
            Assert.Equal(Pattern.At(place + 7), lease[place + 7]);
            Assert.Equal(Pattern.Bytes(place, 8), lease.Slice(place, 8));
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_map_can_begin_at_any_offset(long place)
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(8, Mmap.PROT_READ, Mmap.MAP_SHARED, file, place);
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(place, 8), lease.Span);
        using MemoryMap toTheEnd = MemoryMap.Open(_path, MapAccess.Read, new MapOptions { Offset = place });
        Assert.Equal(FileLength - place, toTheEnd.Length);
        Assert.Equal(map.Read<long>(0), toTheEnd.Read<long>(0));
        Assert.Equal(Pattern.At(FileLength - 1), toTheEnd.Read<byte>(toTheEnd.Length - 1));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void What_is_written_arrives_at_that_offset_of_the_file(long place)
    {
        using (MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite))
        {
            map.Write(place, 0x1122334455667788);
            map.Flush(FlushMode.Sync, place, 8);
        }
        using SafeFileHandle file = File.OpenHandle(_path);
        byte[] bytes = new byte[8];
        RandomAccess.Read(file, bytes, place);
        Assert.Equal(0x1122334455667788, BitConverter.ToInt64(bytes));
    }

    [Fact]
    public void A_lease_longer_than_a_span_says_so_and_gives_slices()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        string message = Assert.Throws<InvalidOperationException>(() =>
        {
            using MapLease lease = map.Lease();
            _ = lease.Span;
        }).Message;
        Assert.Contains(nameof(MapLease.Slice), message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() =>
        {
            using MapWriteLease lease = map.LeaseForWrite();
            _ = lease.Span;
        });
        using MapLease longest = map.Lease(FileLength - int.MaxValue, int.MaxValue);
        Assert.Equal(int.MaxValue, longest.Span.Length);
        Assert.Equal(Pattern.At(FileLength - 1), longest.Span[^1]);
        using MapWriteLease writing = map.LeaseForWrite();
        writing.Slice(FileLength - 1, 1)[0] = 99;
        Assert.Equal(99, longest[int.MaxValue - 1]);
    }

    [Fact]
    public void Calls_on_ranges_reach_past_four_gigabytes()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        using MemoryMap map = MemoryMap.Open(memory.Sparse(FileLength), MapAccess.ReadWrite);
        long high = (4 * GiB) + s_page;
        map.Populate(high + 1, s_page);
        Assert.Equal(2, map.GetResidency(high, 2 * s_page).ResidentPages);
        Assert.Equal(2, map.GetResidency().ResidentPages);
        Assert.Equal((FileLength + s_page - 1) / s_page, map.GetResidency().Pages);
        Assert.Equal(0, map.GetResidency(high - (4 * GiB), 2 * s_page).ResidentPages);

        map.Protect(MapProtection.Read, high, s_page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Write(high, 1));
        map.Write(high - (4 * GiB), 1);
        map.Write(high + s_page, 1);

        map.AdviseDestructive(MapAdvice.Remove, high + s_page, s_page);
        Assert.Equal(0, map.Read<int>(high + s_page));
        Assert.Equal(1, map.Read<int>(high - (4 * GiB)));
    }

    [Fact]
    public void Anonymous_memory_can_be_larger_than_four_gigabytes()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(FileLength, new MapOptions { NoReserve = true });
        map.Write(FileLength - 8, 0x0807060504030201);
        Assert.Equal(0x0807060504030201, map.Read<long>(FileLength - 8));
        Assert.Equal(0, map.Read<long>((FileLength - 8) & 0xFFFFFFFF));
    }
}
