using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>What cannot be opened, and what is said about it.</summary>
public sealed class OpenRefusedTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public static TheoryData<string, MapOptions> BadOptions => new()
    {
        { nameof(MapOptions.Offset), new MapOptions { Offset = -1 } },
        { nameof(MapOptions.Offset), new MapOptions { Offset = long.MinValue } },
        { nameof(MapOptions.Length), new MapOptions { Length = 0 } },
        { nameof(MapOptions.Length), new MapOptions { Length = -1 } },
        { nameof(MapOptions.Length), new MapOptions { Offset = 2, Length = long.MaxValue - 1 } },
        { nameof(MapOptions.Advice), new MapOptions { Advice = (MapAdvice)(-1) } },
        { nameof(MapOptions.Advice), new MapOptions { Advice = (MapAdvice)5 } },
        { nameof(MapOptions.Advice), new MapOptions { Advice = (MapAdvice)26 } },
        { nameof(MapOptions.Advice), new MapOptions { Advice = MapAdvice.Remove } },
        { nameof(MapOptions.Advice), new MapOptions { Advice = MapAdvice.Free } },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void An_option_that_is_not_allowed_is_named_before_anything_is_opened(string option, MapOptions options)
    {
        string path = _scratch.At("never-made");
        var creating = new MapOptions
        {
            Offset = options.Offset,
            Length = options.Length,
            Advice = options.Advice,
            Mode = FileMode.OpenOrCreate,
        };
        AssertNamesOption(option, () => MemoryMap.Open(path, MapAccess.ReadWrite, creating));
        Assert.False(File.Exists(path));
        using SafeFileHandle file = Files.Open(_scratch.Sparse(10));
        AssertNamesOption(option, () => MemoryMap.Open(file, MapAccess.Read, options));
    }

    [Theory]
    [InlineData(MapAdvice.DontNeed)]
    [InlineData(MapAdvice.DontNeedLocked)]
    public void An_advice_that_would_destroy_a_copy_is_refused_for_copies_only(MapAdvice advice)
    {
        string path = _scratch.Patterned(10);
        var options = new MapOptions { Advice = advice };
        AssertNamesOption(nameof(MapOptions.Advice), () => MemoryMap.Open(path, MapAccess.CopyOnWrite, options));
        AssertNamesOption(nameof(MapOptions.Advice), () => MemoryMap.CreateAnonymous(10, options));
        using MemoryMap shared = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        Assert.Equal(Pattern.At(9), shared.Read<byte>(9));
    }

    [Fact]
    public void Arguments_that_are_not_allowed_are_named()
    {
        Refused.Naming("path", () => MemoryMap.Open((string)null!));
        Refused.Naming("path", () => MemoryMap.Open(""));
        Refused.Naming("file", () => MemoryMap.Open((SafeFileHandle)null!));
        using var invalid = new SafeFileHandle(-1, ownsHandle: false);
        Refused.Naming("file", () => MemoryMap.Open(invalid));
        Refused.Naming("access", () => MemoryMap.Open(_scratch.Sparse(1), (MapAccess)4));
        Refused.Naming("access", () => MemoryMap.Open(_scratch.Sparse(1), (MapAccess)(-1)));
    }

    [Fact]
    public void A_closed_handle_is_refused()
    {
        SafeFileHandle closed = Files.Open(_scratch.Sparse(1));
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => MemoryMap.Open(closed));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        string path = _scratch.At("missing");
        Assert.Equal(path, Assert.Throws<FileNotFoundException>(() => MemoryMap.Open(path)).FileName);
        Assert.Throws<FileNotFoundException>(
            () => MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Length = 10 }));
        Assert.False(File.Exists(path));
        Assert.Throws<DirectoryNotFoundException>(() => MemoryMap.Open(Path.Combine(path, "deeper")));
    }

    [Fact]
    public void A_directory_is_refused()
    {
        string path = _scratch.At("directory");
        Directory.CreateDirectory(path);
        Assert.Throws<UnauthorizedAccessException>(() => MemoryMap.Open(path));
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    public void A_file_without_permission_is_refused(MapAccess access)
    {
        string path = _scratch.Patterned(10);
        Linux.SetMode(
            path, access == MapAccess.Read ? UnixFileMode.None : UnixFileMode.UserRead | UnixFileMode.OtherRead);
        using Child child = Child.StartUnprivileged(ChildParts.Opener, path, $"{access}");
        Assert.StartsWith(nameof(UnauthorizedAccessException), Assert.Single(child.Finish()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_for_writing_needs_a_handle_open_for_writing()
    {
        using SafeFileHandle file = Files.Open(_scratch.Patterned(10));
        UnauthorizedAccessException refused = Assert.Throws<UnauthorizedAccessException>(
            () => MemoryMap.Open(file, MapAccess.ReadWrite));
        Assert.Equal(MapStatus.AccessDenied, Assert.IsType<MmapIoException>(refused.InnerException).Status);
    }

    [Fact]
    public void Growing_a_file_needs_a_handle_open_for_writing()
    {
        string path = _scratch.Patterned(10);
        using SafeFileHandle file = Files.Open(path);
        Assert.Throws<UnauthorizedAccessException>(
            () => MemoryMap.Open(file, MapAccess.ReadWrite, new MapOptions { Length = 11 }));
        Assert.Equal(10, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData(MapAccess.Read, 0, 11)]
    [InlineData(MapAccess.Read, 10, 1)]
    [InlineData(MapAccess.Read, 5, 6)]
    [InlineData(MapAccess.CopyOnWrite, 0, 11)]
    [InlineData(MapAccess.ReadExecute, 0, 11)]
    [InlineData(MapAccess.Read, 0, long.MaxValue)]
    public void A_map_that_does_not_write_the_file_may_not_be_longer_than_it(MapAccess access, long offset, long length)
    {
        string path = _scratch.Patterned(10);
        var options = new MapOptions { Offset = offset, Length = length };
        AssertNamesOption(nameof(MapOptions.Length), () => MemoryMap.Open(path, access, options));
        using SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite);
        AssertNamesOption(nameof(MapOptions.Length), () => MemoryMap.Open(file, access, options));
        Assert.Equal(10, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    public void An_offset_past_the_end_of_the_file_is_refused_with_both_numbers(MapAccess access)
    {
        string path = _scratch.Patterned(10);
        var options = new MapOptions { Offset = 11 };
        AssertNamesOption(nameof(MapOptions.Offset), () => MemoryMap.Open(path, access, options));
        using SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite);
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>(() => MemoryMap.Open(file, access, options));
        Assert.Equal(11L, refused.ActualValue);
        Assert.Contains("10 bytes", refused.Message, StringComparison.Ordinal);
        using MemoryMap atTheEnd = MemoryMap.Open(path, access, new MapOptions { Offset = 10 });
        Assert.Equal(0, atTheEnd.Length);
    }

    [Fact]
    public void A_pipe_cannot_be_mapped()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var file = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.Open(file));
        Assert.Throws<PlatformNotSupportedException>(() => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, file));
        Assert.Throws<PlatformNotSupportedException>(
            () => MemoryMap.Open(file, MapAccess.Read, new MapOptions { Length = 1 }));
    }

    [Fact]
    public void A_fifo_cannot_be_mapped()
    {
        Needs.Linux("opening a FIFO for both ends does not wait for anybody");
        string path = _scratch.At("fifo");
        Linux.MakeFifo(path);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.Open(file));
        Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.Open(file, MapAccess.ReadWrite));
    }

    private static void AssertNamesOption(string option, Action call)
    {
        ArgumentException refused = Refused.Naming("options", call);
        Assert.Contains($"{nameof(MapOptions)}.{option}", refused.Message, StringComparison.Ordinal);
    }
}
