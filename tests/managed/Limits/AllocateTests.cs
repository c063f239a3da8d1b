namespace MmapIo.Tests;

/// <summary><see cref="MapOptions.Allocate"/>: a full disk is an exception when a file grows, and not a fault later.</summary>
public sealed class AllocateTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void On_a_full_disk_nothing_grows_and_every_file_is_as_before()
    {
        Needs.Linux("a file system of 64 KiB");
        string folder = Directory.CreateDirectory(_scratch.At("disk")).FullName;
        using Child child = Child.StartWithSmallDisk(
            folder, GuardedParts.Allocator, Path.Combine(folder, "new"), Path.Combine(folder, "old"));
        string[] said = [.. child.Finish().Select(line =>
            line.StartsWith(nameof(MmapIoException), StringComparison.Ordinal) ? string.Join('|', line.Split('|')[..3]) : line)];
        const string Full = "MmapIoException|NoSpace|fallocate";
        Assert.Equal(
            [Full, "False", Full, "3", Full, "3 3 3", "fine", "16384 16384 3", Full, "16384 16384"], said);
    }

    [Fact]
    public void Where_there_is_room_the_file_has_its_length_and_its_blocks()
    {
        Needs.NotWine("it has no way to set blocks of a file aside");
        using var scratch = OperatingSystem.IsLinux() ? Scratch.InMemory() : new Scratch();
        string path = scratch.At("file");
        var options = new MapOptions { Mode = FileMode.CreateNew, Length = 1 << 20, Allocate = true };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        Assert.Equal((1 << 20, 1 << 20), (map.Length, (int)new FileInfo(path).Length));
        map.Resize(1 << 21);
        Assert.Equal(1 << 21, new FileInfo(path).Length);
        Assert.Equal(0, map.Read<byte>((1 << 21) - 1));
        if (OperatingSystem.IsLinux())
        {
            // Of tmpfs, blocks are pages in memory.
            Assert.Equal(map.PageCount, map.GetResidency().ResidentPages);
        }
    }

    [Fact]
    public void A_writer_meets_a_full_disk_as_an_exception_after_all_there_was_room_for()
    {
        Needs.Linux("a file system of 64 KiB");
        string folder = Directory.CreateDirectory(_scratch.At("disk")).FullName;
        using Child child = Child.StartWithSmallDisk(folder, GuardedParts.Appender, Path.Combine(folder, "new"));
        string[] said = [.. child.Finish().Select(line =>
            line.StartsWith(nameof(MmapIoException), StringComparison.Ordinal) ? string.Join('|', line.Split('|')[..3]) : line)];
        Assert.Equal(["MmapIoException|NoSpace|fallocate", "65536 65536 True", "fine", "1048576", "fine"], said);
    }

    [Fact]
    public void Growing_allocates_blocks_unless_it_shall_not()
    {
        Needs.Linux("blocks that can be counted: of tmpfs, they are pages in memory");
        using Scratch scratch = Scratch.InMemory();
        foreach (bool sparse in new[] { false, true })
        {
            var options = new MapOptions { Mode = FileMode.CreateNew, Length = 1, NoReserve = sparse };
            using MemoryMap map = MemoryMap.Open(scratch.At($"{sparse}"), MapAccess.ReadWrite, options);
            Assert.Equal(0, map.GetResidency().ResidentPages);
            map.Resize(1 << 20);
            // Its last page is there either way, and the one that the file ended in.
            Assert.Equal(sparse ? 1 : map.PageCount - 1, map.GetResidency().ResidentPages, 1.0);
        }
    }
}
