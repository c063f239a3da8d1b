namespace MmapIo.Tests;

/// <summary>
/// <see cref="MemoryMap.Populate(bool)"/> fails with an exception where touching would end the process.
/// </summary>
public sealed class PopulateTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_page_is_in_memory_afterwards(bool forWriting)
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        using MemoryMap map = MemoryMap.Open(memory.Sparse(20 * s_page), MapAccess.ReadWrite);
        map.Populate(forWriting, (5 * s_page) - 1, (2 * s_page) + 2);
        bool[] pages = new bool[20];
        map.GetResidency(pages);
        Assert.Equal([4, 5, 6, 7], Enumerable.Range(0, 20).Where(page => pages[page]));
        map.Populate(forWriting);
        Assert.Equal(20, map.GetResidency().ResidentPages);
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    [InlineData(MapAccess.CopyOnWrite)]
    public void It_changes_no_byte(MapAccess access)
    {
        string path = _scratch.Patterned(5 * s_page);
        using MemoryMap map = MemoryMap.Open(path, access);
        map.Populate();
        if (map.CanWrite)
        {
            map.Populate(forWriting: true);
        }
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(0, 5 * s_page), lease.Span);
        Assert.Equal(Pattern.Bytes(0, 5 * s_page), Files.Bytes(path));
    }

    [Fact]
    public void Populating_for_writing_makes_the_private_copies()
    {
        Needs.Linux("whether an untouched page of a private map follows the file is for each system to say");
        string path = _scratch.Patterned(2 * s_page);
        using MemoryMap copy = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        using MemoryMap file = MemoryMap.Open(path, MapAccess.ReadWrite);
        copy.Populate(forWriting: true, 0, 1);
        file.Write(0, (byte)~Pattern.At(0));
        file.Write(s_page, (byte)~Pattern.At(s_page));
        Assert.Equal(Pattern.At(0), copy.Read<byte>(0));
        Assert.Equal((byte)~Pattern.At(s_page), copy.Read<byte>(s_page));
    }

    [Theory]
    [InlineData(MapAccess.Read, false)]
    [InlineData(MapAccess.ReadWrite, false)]
    [InlineData(MapAccess.ReadWrite, true)]
    [InlineData(MapAccess.CopyOnWrite, true)]
    public void A_file_that_was_shortened_is_an_error_and_the_pages_before_are_there(MapAccess access, bool forWriting)
    {
        Needs.Posix("Windows does not let a mapped file be shortened");
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(6 * s_page);
        using MemoryMap map = MemoryMap.Open(path, access);
        Files.SetLength(path, 2 * s_page);
        MmapIoException refused = Assert.Throws<MmapIoException>(() => map.Populate(forWriting));
        Assert.Equal((MapStatus.Fault, path), (refused.Status, refused.Path));
        Assert.Throws<MmapIoException>(() => map.Populate(forWriting, 2 * s_page, 1));
        map.Populate(forWriting, 0, 2 * s_page);
        Assert.Equal(0, map.Read<byte>((2 * s_page) - 1));
    }

    [Fact]
    public void A_full_disk_behind_a_sparse_file_is_an_error()
    {
        Needs.Linux("a file system with room for a few pages is mounted for the other process");
        string folder = _scratch.At("small-disk");
        Directory.CreateDirectory(folder);
        using Child child = Child.StartWithSmallDisk(folder, ChildParts.DiskFiller, Path.Combine(folder, "sparse"));
        string[] said = child.Finish();
        Assert.StartsWith($"{nameof(MmapIoException)}|{MapStatus.Fault}|madvise|", said[0], StringComparison.Ordinal);
        Assert.Equal("fine", said[1]);
    }

    [Fact]
    public void Populating_for_writing_what_may_only_be_read_is_refused()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(s_page));
        Assert.Throws<UnauthorizedAccessException>(() => map.Populate(forWriting: true));
    }

    [Fact]
    public void Populating_what_is_protected_is_refused()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(4 * s_page);
        map.Protect(MapProtection.None, s_page, s_page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Populate(s_page, 1));
        map.Populate(forWriting: true, 0, s_page);
    }
}
