using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>Maps that are longer than their file, which mmap(2) allows and touching which ends a process.</summary>
public sealed class MmapBeyondFileTests : IDisposable
{
    private const string OnWindows = "Windows makes a writable file as long as its map, and refuses a read-only one";

    private static readonly int s_page = Mmap.PAGESIZE;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_map_has_the_size_asked_for_even_where_the_file_ends_before_it_begins()
    {
        Needs.Posix(OnWindows);
        string path = _scratch.Patterned(3 * s_page);
        using SafeFileHandle file = Files.Open(path);
        using MemoryMap map = Mmap.Map(3 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file, s_page);
        Assert.Equal(3 * s_page, map.Length);
        using (MapLease backed = map.Lease(0, 2 * s_page))
        {
            Assert.Equal(Pattern.Bytes(s_page, 2 * s_page), backed.Span);
        }
        Assert.Equal(3 * s_page, new FileInfo(path).Length);

        using MemoryMap outside = Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file, 3 * s_page);
        Assert.Equal(s_page, outside.Length);
        AssertFaults(() => outside.Read<byte>(0));
    }

    [Fact]
    public void Touching_what_the_file_does_not_have_throws_until_the_file_has_grown()
    {
        Needs.Posix(OnWindows);
        string path = _scratch.Patterned(s_page);
        using SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite);
        using MemoryMap map = Mmap.Map(4 * s_page, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
        AssertFaults(() => map.Read<byte>(s_page));
        AssertFaults(() => map.Read<long>(s_page - 4));
        AssertFaults(() => map.Write(4 * s_page - 1, (byte)1));
        AssertFaults(() => map.Lease().Dispose());
        AssertFaults(() => map.LeaseForWrite(s_page, 1).Dispose());
        Assert.Equal(Pattern.At(s_page - 1), map.Read<byte>(s_page - 1));

        RandomAccess.Write(file, [77], (2 * s_page) - 1);
        Assert.Equal(77, map.Read<byte>((2 * s_page) - 1));
        AssertFaults(() => map.Read<byte>(2 * s_page));

        RandomAccess.SetLength(file, 4 * s_page);
        map.Write((4 * s_page) - 1, (byte)78);
        Assert.Equal(78, Files.Bytes(path)[(4 * s_page) - 1]);
        using MapLease all = map.Lease();
        Assert.Equal(77, all[(2 * s_page) - 1]);
    }

    [Fact]
    public void What_follows_the_end_of_the_file_on_its_last_page_is_not_backed()
    {
        Needs.Posix(OnWindows);
        using SafeFileHandle file = Files.Open(_scratch.Patterned(10));
        using MemoryMap map = Mmap.Map(2 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        using (MapLease page = map.Lease(0, 10))
        {
            Assert.Equal(Pattern.Bytes(0, 10), page.Slice(0, 10));
        }
        AssertFaults(() => map.Read<byte>(10));
        AssertFaults(() => map.Read<byte>(s_page));
    }

    [Fact]
    public void An_empty_file_can_be_mapped_and_backs_nothing_of_it()
    {
        Needs.Posix(OnWindows);
        using SafeFileHandle file = Files.Open(_scratch.Sparse(0));
        using MemoryMap map = Mmap.Map(100, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        Assert.Equal(100, map.Length);
        AssertFaults(() => map.Read<byte>(0));
    }

    [Fact]
    public void The_message_tells_how_much_the_file_backs()
    {
        Needs.Posix(OnWindows);
        using SafeFileHandle file = Files.Open(_scratch.Sparse(s_page));
        using MemoryMap map = Mmap.Map(3 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        string message = Assert.Throws<MmapIoException>(() => map.Read<byte>(2 * s_page)).Message;
        Assert.Contains($"{2 * s_page}", message, StringComparison.Ordinal);
        Assert.Contains($"backs {s_page} bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_on_ranges_past_the_end_of_the_file_do_not_crash()
    {
        Needs.Posix(OnWindows);
        using SafeFileHandle file = Files.Open(_scratch.Sparse(1), FileAccess.ReadWrite);
        using MemoryMap map = Mmap.Map(4 * s_page, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED, file);
        Mmap.Advise(map, Mmap.MADV_WILLNEED);
        Mmap.Sync(map, blocking: true);
        Assert.Equal(4, map.GetResidency().Pages);
        Assert.Equal(4, Mmap.InCore(map).Unmapped + Mmap.InCore(map).Mapped);
    }

    private static void AssertFaults(Action access) =>
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(access).Status);
}
