using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// <see cref="Mmap.Advise(MemoryMap, int)"/>: does as it is told, and so destroys where that is what it takes.
/// </summary>
public sealed class MmapAdviseTests : IDisposable
{
    private const int ReadWrite = Mmap.PROT_READ | Mmap.PROT_WRITE;

    private static readonly int s_page = Mmap.PAGESIZE;

    private readonly Scratch _scratch = new();

    public static TheoryData<int> AllAdvice => [.. Enum.GetValues<MapAdvice>().Select(advice => (int)advice)];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(AllAdvice))]
    public void Every_advice_can_be_given_to_all_of_a_map_and_to_a_range(int advise)
    {
        using SafeFileHandle file = OpenForWriting(_scratch.Patterned(4 * s_page));
        using MemoryMap map = Mmap.Map(4 * s_page, ReadWrite, Mmap.MAP_SHARED, file);
        Mmap.Advise(map, advise);
        Mmap.Advise(map, s_page + 1, s_page, advise);
        Mmap.Advise(map, 4 * s_page, 0, advise);
        if (advise is not (Mmap.MADV_REMOVE or Mmap.MADV_FREE))
        {
            Assert.Equal(Pattern.At(5), map.Read<byte>(5));
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(0, 101)]
    [InlineData(101, 0)]
    public void A_range_outside_the_map_is_refused(long offset, long length)
    {
        using MemoryMap map = Mmap.Map(100, Mmap.PROT_READ, Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS, null);
        Assert.Throws<ArgumentOutOfRangeException>(() => Mmap.Advise(map, offset, length, Mmap.MADV_NORMAL));
    }

    [Fact]
    public void MADV_DONTNEED_makes_anonymous_memory_zeros_again()
    {
        Needs.Linux("elsewhere it may keep what was written");
        using MemoryMap map = Mmap.Map(3 * s_page, ReadWrite, Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS, null);
        FillWith(map, 7);
        Mmap.Advise(map, s_page, s_page, Mmap.MADV_DONTNEED);
        Assert.Equal((7, 0), (map.Read<byte>(s_page - 1), map.Read<byte>(s_page)));
        Assert.Equal((0, 7), (map.Read<byte>((2 * s_page) - 1), map.Read<byte>(2 * s_page)));
    }

    [Fact]
    public void MADV_DONTNEED_gives_a_private_map_the_contents_of_the_file_again()
    {
        Needs.Linux("elsewhere it may keep what was written");
        using SafeFileHandle file = Files.Open(_scratch.Patterned(s_page));
        using MemoryMap map = Mmap.Map(s_page, ReadWrite, Mmap.MAP_PRIVATE, file);
        map.Write(3, (byte)~Pattern.At(3));
        Mmap.Advise(map, Mmap.MADV_DONTNEED);
        Assert.Equal(Pattern.At(3), map.Read<byte>(3));
    }

    [Fact]
    public void MADV_DONTNEED_loses_nothing_of_a_shared_map()
    {
        string path = _scratch.Patterned(s_page);
        using SafeFileHandle file = OpenForWriting(path);
        using MemoryMap map = Mmap.Map(s_page, ReadWrite, Mmap.MAP_SHARED, file);
        FillWith(map, 9);
        Mmap.Advise(map, Mmap.MADV_DONTNEED);
        Assert.Equal(9, map.Read<byte>(s_page / 2));
        Assert.Equal(9, Files.Bytes(path)[s_page / 2]);
    }

    [Fact]
    public void MADV_REMOVE_punches_a_hole_into_the_file()
    {
        Needs.Capability(MemoryMap.Capabilities.GetOutcome(MapAdvice.Remove) != AdviceOutcome.Ignored, "punch holes");
        Needs.NotWine("it makes no holes in files");
        string path = _scratch.Patterned(3 * s_page);
        using SafeFileHandle file = OpenForWriting(path);
        using MemoryMap map = Mmap.Map(3 * s_page, ReadWrite, Mmap.MAP_SHARED, file);
        Mmap.Advise(map, s_page, s_page, Mmap.MADV_REMOVE);
        byte[] expected = Pattern.Bytes(0, 3 * s_page);
        expected.AsSpan(s_page, s_page).Clear();
        Assert.Equal(expected, Files.Bytes(path));
        using MapLease lease = map.Lease();
        Assert.Equal(expected, lease.Span);
    }

    [Fact]
    public void MADV_REMOVE_through_a_map_that_may_not_write_the_file_is_refused()
    {
        Needs.Capability(MemoryMap.Capabilities.GetOutcome(MapAdvice.Remove) != AdviceOutcome.Ignored, "punch holes");
        string path = _scratch.Patterned(s_page);
        using SafeFileHandle file = Files.Open(path);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        Assert.Throws<UnauthorizedAccessException>(() => Mmap.Advise(map, Mmap.MADV_REMOVE));
        Assert.Equal(Pattern.Bytes(0, s_page), Files.Bytes(path));
    }

    [Fact]
    public void MADV_FREE_keeps_what_is_written_after_it()
    {
        using MemoryMap map = Mmap.Map(s_page, ReadWrite, Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS, null);
        FillWith(map, 1);
        Mmap.Advise(map, Mmap.MADV_FREE);
        FillWith(map, 2);
        Assert.Equal(2, map.Read<byte>(s_page - 1));
    }

    [Theory]
    [InlineData(Mmap.MADV_POPULATE_READ)]
    [InlineData(Mmap.MADV_POPULATE_WRITE)]
    public void Populating_what_the_file_does_not_have_is_an_error_and_no_crash(int advise)
    {
        Needs.Posix("Windows has no map that is longer than its file");
        AdviceOutcome promised = MemoryMap.Capabilities.GetOutcome((MapAdvice)advise);
        Needs.Capability(promised == AdviceOutcome.Applied, "populate by advice");
        using SafeFileHandle file = OpenForWriting(_scratch.Sparse(s_page));
        using MemoryMap map = Mmap.Map(2 * s_page, ReadWrite, Mmap.MAP_SHARED, file);
        Mmap.Advise(map, 0, s_page, advise);
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(() => Mmap.Advise(map, advise)).Status);
    }

    private static SafeFileHandle OpenForWriting(string path) =>
        Files.Open(path, FileAccess.ReadWrite);

    private static void FillWith(MemoryMap map, byte value)
    {
        using MapWriteLease lease = map.LeaseForWrite();
        lease.Span.Fill(value);
    }
}
