using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary><see cref="Mmap.Map"/> with arguments that are allowed.</summary>
public sealed class MmapMapTests : IDisposable
{
    private static readonly int s_page = Mmap.PAGESIZE;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public MmapMapTests() => _path = _scratch.Patterned(4 * s_page + 100);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Four_arguments_map_the_start_of_the_file()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        AssertHolds(map, 0, s_page);
    }

    [Fact]
    public void Five_arguments_map_from_the_offset()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file, 2 * s_page);
        AssertHolds(map, 2 * s_page, s_page);
    }

    [Fact]
    public void Six_arguments_map_and_give_advice()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file, s_page, Mmap.MADV_SEQUENTIAL);
        AssertHolds(map, s_page, s_page);
    }

    [Fact]
    public void The_whole_file_can_be_mapped_to_its_last_byte()
    {
        int length = (int)new FileInfo(_path).Length;
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(length, Mmap.PROT_READ, Mmap.MAP_PRIVATE, file);
        AssertHolds(map, 0, length);
    }

    [Fact]
    public void One_byte_can_be_mapped()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, file, 4 * s_page + 99);
        AssertHolds(map, 4 * s_page + 99, 1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 7)]
    [InlineData(0, 511)]
    [InlineData(1, -1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, -1)]
    [InlineData(3, 2047)]
    [InlineData(4, 99)]
    public void An_offset_need_not_be_aligned(int pages, int bytes)
    {
        long offset = (long)pages * s_page + bytes;
        int length = (int)Math.Min(s_page, new FileInfo(_path).Length - offset);
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(length, Mmap.PROT_READ, Mmap.MAP_SHARED, file, offset);
        AssertHolds(map, offset, length);
    }

    [Fact]
    public void The_handle_may_be_closed_once_the_file_is_mapped()
    {
        SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
        file.Dispose();
        AssertHolds(map, 0, s_page);
        map.Write(0, 0x5Au);
        Mmap.Sync(map, blocking: true);
        Assert.Equal(0x5A, File.ReadAllBytes(_path)[0]);
        Mmap.InCore(map);
    }

    [Fact]
    public void What_one_map_writes_another_reads_at_once_and_the_file_has_after_a_sync()
    {
        const int Length = 47_474;
        string path = _scratch.Sparse(Length, "shared");
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        using MemoryMap written = Mmap.Map(Length, Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
        using MemoryMap read = Mmap.Map(Length, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        byte[] expected = new byte[Length];
        for (int i = 0; i < Length; i++)
        {
            expected[i] = (byte)(32 + (i % 60));
            written.Write(i, expected[i]);
            Assert.Equal(expected[i], read.Read<byte>(i));
        }
        using (MapLease lease = read.Lease())
        {
            Assert.True(lease.Span.SequenceEqual(expected));
        }
        Mmap.Sync(written, blocking: true);
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_map_made_with_PROT_WRITE_alone_can_be_read()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
        AssertHolds(map, 0, s_page);
        Assert.Equal(MapAccess.ReadWrite, map.Access);
        Assert.True(map.CanWrite);
    }

    [Fact]
    public void A_private_map_keeps_its_writes_from_the_file()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_PRIVATE, file);
        byte there = map.Read<byte>(10);
        map.Write(10, (byte)~there);
        Mmap.Sync(map, blocking: true);
        Assert.Equal((byte)~there, map.Read<byte>(10));
        Assert.Equal(there, File.ReadAllBytes(_path)[10]);
        Assert.Equal(MapAccess.CopyOnWrite, map.Access);
    }

    [Theory]
    [InlineData(Mmap.PROT_NONE)]
    [InlineData(Mmap.PROT_EXEC)]
    public void Reading_a_map_that_does_not_permit_it_throws(int protection)
    {
        using SafeFileHandle file = OpenForAnything();
        using MemoryMap map = Mmap.Map(s_page, protection, Mmap.MAP_SHARED, file);
        Assert.Equal(s_page, map.Length);
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(0));
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<long>(s_page - 8));
        Assert.Throws<UnauthorizedAccessException>(() => map.Lease().Dispose());
        Assert.Throws<UnauthorizedAccessException>(() => map.Lease(s_page - 1, 1).Dispose());
        Assert.Throws<NotSupportedException>(() => map.Write(0, 1));
        Assert.Throws<NotSupportedException>(() => map.LeaseForWrite().Dispose());
    }

    [Fact]
    public void A_map_made_with_PROT_READ_and_PROT_EXEC_can_be_read()
    {
        using SafeFileHandle file = OpenForAnything();
        using MemoryMap map = Mmap.Map(s_page, Mmap.PROT_READ | Mmap.PROT_EXEC, Mmap.MAP_SHARED, file);
        AssertHolds(map, 0, s_page);
        Assert.Equal(MapAccess.ReadExecute, map.Access);
    }

    [Theory]
    [InlineData(Mmap.MAP_PRIVATE)]
    [InlineData(Mmap.MAP_SHARED)]
    public void Anonymous_memory_needs_no_file_and_starts_as_zeros(int sharing)
    {
        int length = 3 * s_page + 5;
        using MemoryMap map = Mmap.Map(length, Mmap.PROT_READ | Mmap.PROT_WRITE, sharing | Mmap.MAP_ANONYMOUS, null);
        using (MapLease lease = map.Lease())
        {
            Assert.Equal(length, lease.Length);
            Assert.False(lease.Span.ContainsAnyExcept((byte)0));
        }
        map.Write(length - 8, 0x0102030405060708);
        Assert.Equal(0x0102030405060708, map.Read<long>(length - 8));
        Assert.Equal(MapAccess.ReadWrite, map.Access);
    }

    [Fact]
    public void Anonymous_memory_does_not_look_at_the_handle()
    {
        SafeFileHandle file = File.OpenHandle(_path);
        file.Dispose();
        using MemoryMap map = Mmap.Map(10, Mmap.PROT_READ, Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS, file);
        Assert.Equal(0, map.Read<byte>(9));
    }

    [Fact]
    public void MAP_POPULATE_brings_every_page_in()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        using SafeFileHandle file = File.OpenHandle(memory.Sparse(16 * s_page));
        using MemoryMap map = Mmap.Map(16 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED | Mmap.MAP_POPULATE, file);
        Assert.Equal((0, 16), Mmap.InCore(map));
    }

    [Fact]
    public void MAP_NONBLOCK_makes_MAP_POPULATE_do_nothing()
    {
        Needs.Linux("other systems have no such flag");
        using Scratch memory = Scratch.InMemory();
        using SafeFileHandle file = File.OpenHandle(memory.Sparse(16 * s_page));
        using MemoryMap map = Mmap.Map(
            16 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED | Mmap.MAP_POPULATE | Mmap.MAP_NONBLOCK, file);
        Assert.Equal((16, 0), Mmap.InCore(map));
    }

    [Fact]
    public void MAP_LOCKED_locks_every_page()
    {
        Needs.Linux("the kernel's account of locked pages");
        using SafeFileHandle file = File.OpenHandle(_path);
        using MemoryMap map = Mmap.Map(2 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED | Mmap.MAP_LOCKED, file);
        Assert.True(Mappings.IsMarkedLocked(_path));
        Assert.Equal((0, 2), Mmap.InCore(map));
    }

    [Fact]
    public void MAP_NORESERVE_is_accepted()
    {
        const int Flags = Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS | Mmap.MAP_NORESERVE;
        using MemoryMap map = Mmap.Map(1L << 30, Mmap.PROT_READ | Mmap.PROT_WRITE, Flags, null);
        Assert.Equal(0, map.Read<byte>((1L << 30) - 1));
    }

    [Fact]
    public void A_device_has_no_end_to_read_past()
    {
        Needs.Linux("/dev/zero can be mapped");
        using SafeFileHandle file = File.OpenHandle("/dev/zero");
        using MemoryMap map = Mmap.Map(10 * s_page, Mmap.PROT_READ, Mmap.MAP_PRIVATE, file);
        Assert.Equal(0, map.Read<long>(10 * s_page - 8));
    }

    private SafeFileHandle OpenForAnything()
    {
        Needs.Posix("Windows wants execute access, which .NET cannot open a file with");
        return File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
    }

    private static void AssertHolds(MemoryMap map, long start, int length)
    {
        Assert.Equal(length, map.Length);
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(start, length), lease.Span);
    }
}
