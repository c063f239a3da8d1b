using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>Creating and lengthening files while mapping them, and leaving no trace if that fails.</summary>
public sealed class OpenModeTests : IDisposable
{
    /// <summary>More than any address space, less than tmpfs allows a file to be.</summary>
    private const long TooLongToMap = 1L << 52;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(FileMode.OpenOrCreate)]
    [InlineData(FileMode.CreateNew)]
    [InlineData(FileMode.Create)]
    public void A_new_file_is_made_as_long_as_offset_and_length(FileMode mode)
    {
        string path = _scratch.At("new");
        var options = new MapOptions { Mode = mode, Offset = 5000, Length = 7000 };
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options))
        {
            Assert.Equal(7000, map.Length);
            Assert.Equal(0, map.Read<byte>(6999));
            map.Write(0, (byte)1);
            map.Write(6999, (byte)2);
        }
        byte[] written = File.ReadAllBytes(path);
        Assert.Equal((12000, 1, 2), (written.Length, written[5000], written[11999]));
        Assert.Equal(2, written.Count(value => value != 0));
    }

    [Theory]
    [InlineData(FileMode.Open)]
    [InlineData(FileMode.OpenOrCreate)]
    public void A_file_that_is_there_grows_and_keeps_what_it_had(FileMode mode)
    {
        string path = _scratch.Patterned(100);
        var options = new MapOptions { Mode = mode, Offset = 50, Length = 100 };
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options))
        {
            Assert.Equal(Pattern.At(99), map.Read<byte>(49));
            Assert.Equal(0, map.Read<byte>(50));
        }
        Assert.Equal([.. Pattern.Bytes(0, 100), .. new byte[50]], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_longer_than_the_map_keeps_its_length()
    {
        string path = _scratch.Patterned(100);
        var options = new MapOptions { Mode = FileMode.OpenOrCreate, Length = 10 };
        MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose();
        Assert.Equal(Pattern.Bytes(0, 100), File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(FileMode.Create)]
    [InlineData(FileMode.Truncate)]
    public void Create_and_Truncate_empty_the_file_first(FileMode mode)
    {
        string path = _scratch.Patterned(100);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Mode = mode, Length = 40 });
        using MapLease lease = map.Lease();
        Assert.False(lease.Span.ContainsAnyExcept((byte)0));
        Assert.Equal(40, new FileInfo(path).Length);
    }

    [Fact]
    public void CreateNew_refuses_a_file_that_is_there_and_leaves_it_alone()
    {
        string path = _scratch.Patterned(100);
        Assert.Throws<IOException>(
            () => MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Mode = FileMode.CreateNew, Length = 10 }));
        Assert.Equal(Pattern.Bytes(0, 100), File.ReadAllBytes(path));
    }

    [Fact]
    public void A_new_file_without_a_length_is_empty()
    {
        string path = _scratch.At("new");
        var options = new MapOptions { Mode = FileMode.OpenOrCreate };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        Assert.Equal(0, map.Length);
        Assert.Equal(0, new FileInfo(path).Length);
    }

    [Fact]
    public void A_handle_open_for_writing_grows_its_file()
    {
        string path = _scratch.Patterned(10);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        using MemoryMap map = MemoryMap.Open(file, MapAccess.ReadWrite, new MapOptions { Offset = 5, Length = 20 });
        Assert.Equal(20, map.Length);
        Assert.Equal(25, new FileInfo(path).Length);
    }

    [Fact]
    public void A_file_created_for_a_map_that_is_refused_is_deleted()
    {
        string path = _scratch.At("new");
        var options = new MapOptions { Mode = FileMode.OpenOrCreate, Length = 10 };
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryMap.Open(path, MapAccess.Read, options));
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(FileMode.OpenOrCreate)]
    [InlineData(FileMode.CreateNew)]
    [InlineData(FileMode.Create)]
    public void A_file_created_for_a_map_that_fails_is_deleted(FileMode mode)
    {
        using Scratch memory = Scratch.InMemory();
        string path = memory.At("new");
        var options = new MapOptions { Mode = mode, Length = TooLongToMap };
        MmapIoException failed = Assert.Throws<MmapIoException>(
            () => MemoryMap.Open(path, MapAccess.ReadWrite, options));
        Assert.Equal(MapStatus.OutOfMemory, failed.Status);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(FileMode.Open)]
    [InlineData(FileMode.OpenOrCreate)]
    public void A_file_lengthened_for_a_map_that_fails_gets_its_length_back(FileMode mode)
    {
        using Scratch memory = Scratch.InMemory();
        string path = memory.Patterned(100);
        var options = new MapOptions { Mode = mode, Length = TooLongToMap };
        Assert.Throws<MmapIoException>(() => MemoryMap.Open(path, MapAccess.ReadWrite, options));
        Assert.Equal(Pattern.Bytes(0, 100), File.ReadAllBytes(path));
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        Assert.Throws<MmapIoException>(() => MemoryMap.Open(file, MapAccess.ReadWrite, options));
        Assert.Equal(Pattern.Bytes(0, 100), File.ReadAllBytes(path));
    }

    [Fact]
    public void A_length_the_file_system_refuses_is_told_and_creates_nothing()
    {
        string path = _scratch.At("new");
        var options = new MapOptions { Mode = FileMode.OpenOrCreate, Length = long.MaxValue };
        Exception refused = Assert.ThrowsAny<Exception>(() => MemoryMap.Open(path, MapAccess.ReadWrite, options));
        Assert.False(File.Exists(path));

        // What is to blame is either the disk or an option: not a parameter of some call inside.
        Assert.True(refused is IOException or ArgumentException { ParamName: "options" }, refused.ToString());
    }
}
