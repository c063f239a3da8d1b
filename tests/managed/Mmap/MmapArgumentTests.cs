using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary><see cref="Mmap.Map"/> with arguments that are not allowed: the exception names the one to blame.</summary>
public sealed class MmapArgumentTests : IDisposable
{
    private const int Anonymous = Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS;

    private readonly Scratch _scratch = new();
    private readonly SafeFileHandle _file;

    public MmapArgumentTests() =>
        _file = File.OpenHandle(_scratch.Patterned(Mmap.PAGESIZE), FileMode.Open, FileAccess.ReadWrite);

    public void Dispose()
    {
        _file.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_size_below_one_is_refused(long size) =>
        Refused.Naming("size", () => Mmap.Map(size, Mmap.PROT_READ, Mmap.MAP_SHARED, _file));

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_negative_offset_is_refused(long offset) =>
        Refused.Naming("offset", () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, _file, offset));

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void A_size_and_offset_whose_sum_no_file_can_have_are_refused(long size, long offset) =>
        Refused.Naming("size", () => Mmap.Map(size, Mmap.PROT_READ, Mmap.MAP_SHARED, _file, offset));

    [Theory]
    [InlineData(8)]
    [InlineData(-1)]
    [InlineData(Mmap.PROT_READ | 0x1000000)]
    public void A_protection_that_is_none_is_refused(int protection) =>
        Refused.Naming("protection", () => Mmap.Map(1, protection, Mmap.MAP_SHARED, _file));

    [Theory]
    [InlineData(0)]
    [InlineData(Mmap.MAP_SHARED | Mmap.MAP_PRIVATE)]
    [InlineData(Mmap.MAP_POPULATE)]
    [InlineData(Mmap.MAP_ANONYMOUS)]
    public void Flags_say_either_shared_or_private(int flags) =>
        Refused.Naming("flags", () => Mmap.Map(1, Mmap.PROT_READ, flags, _file));

    [Theory]
    [InlineData(0x4)]
    [InlineData(0x10)]
    [InlineData(int.MinValue)]
    public void A_flag_that_is_none_is_refused(int flag) =>
        Refused.Naming("flags", () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED | flag, _file));

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(26)]
    [InlineData(0x40000000)]
    [InlineData(int.MaxValue)]
    public void An_advice_that_is_none_is_refused(int advise)
    {
        Refused.Naming("advise", () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, _file, 0, advise));
        using MemoryMap map = Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, _file);
        Refused.Naming("advise", () => Mmap.Advise(map, advise));
        Refused.Naming("advise", () => Mmap.Advise(map, 0, 1, advise));
    }

    [Theory]
    [InlineData(Mmap.MAP_SHARED, Mmap.MADV_FREE)]
    [InlineData(Mmap.MAP_SHARED, Mmap.MADV_REMOVE)]
    [InlineData(Mmap.MAP_PRIVATE, Mmap.MADV_DONTNEED)]
    [InlineData(Mmap.MAP_PRIVATE, Mmap.MADV_DONTNEED_LOCKED)]
    public void An_advice_that_destroys_cannot_be_given_while_mapping(int sharing, int advise) => Refused.Naming(
        "advise", () => Mmap.Map(1, Mmap.PROT_READ | Mmap.PROT_WRITE, sharing, _file, 0, advise));

    [Fact]
    public void Anonymous_memory_has_no_offset() =>
        Refused.Naming("offset", () => Mmap.Map(1, Mmap.PROT_READ, Anonymous, null, Mmap.PAGESIZE));

    [Fact]
    public void A_handle_must_be_given() =>
        Refused.Naming("fd", () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, null));

    [Fact]
    public void A_handle_of_no_file_is_refused()
    {
        using var invalid = new SafeFileHandle(-1, ownsHandle: false);
        Refused.Naming("fd", () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, invalid));
    }

    [Fact]
    public void A_closed_handle_is_refused()
    {
        SafeFileHandle closed = File.OpenHandle(_scratch.Sparse(1));
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, closed));
    }

    [Fact]
    public void A_write_map_needs_a_handle_open_for_writing()
    {
        using SafeFileHandle readOnly = File.OpenHandle(_scratch.Patterned(10, "read-only"));
        UnauthorizedAccessException refused = Assert.Throws<UnauthorizedAccessException>(
            () => Mmap.Map(10, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED, readOnly));
        MmapIoException told = Assert.IsType<MmapIoException>(refused.InnerException);
        Assert.Equal(MapStatus.AccessDenied, told.Status);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((13, OsErrorDomain.Errno, "mmap"), (told.OsErrorCode, told.OsErrorDomain, told.NativeCall));
        }
    }

    [Fact]
    public void A_handle_not_open_for_reading_cannot_be_mapped()
    {
        string path = _scratch.Patterned(10, "write-only");
        using SafeFileHandle writeOnly = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        Assert.Throws<UnauthorizedAccessException>(() => Mmap.Map(10, Mmap.PROT_READ, Mmap.MAP_SHARED, writeOnly));
    }

    [Fact]
    public void A_size_beyond_any_address_space_is_an_error_of_memory()
    {
        Needs.Posix("Windows makes the file as long as the map, and is refused the space on disk");
        MmapIoException refused = Assert.Throws<MmapIoException>(
            () => Mmap.Map(long.MaxValue, Mmap.PROT_READ, Mmap.MAP_SHARED, _file));
        Assert.Equal(MapStatus.OutOfMemory, refused.Status);
        Assert.Equal("mmap", refused.NativeCall);
        Assert.Throws<MmapIoException>(() => Mmap.Map(long.MaxValue, Mmap.PROT_READ, Anonymous, null));
    }

    [Fact]
    public void An_offset_no_file_system_has_is_an_argument_out_of_range()
    {
        Needs.Posix("Windows makes the file as long as the map, and is refused the space on disk");
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Mmap.Map(1, Mmap.PROT_READ, Mmap.MAP_SHARED, _file, long.MaxValue - 1));
    }

    [Fact]
    public void Huge_pages_of_a_plain_file_are_not_supported()
    {
        const int Flags = Mmap.MAP_SHARED | Mmap.MAP_HUGETLB;
        Assert.Throws<PlatformNotSupportedException>(() => Mmap.Map(1, Mmap.PROT_READ, Flags, _file));
    }

    [Fact]
    public void A_map_must_be_given_to_every_other_call()
    {
        Refused.Naming("buffer", () => Mmap.Advise(null!, 0));
        Refused.Naming("buffer", () => Mmap.Advise(null!, 0, 1, 0));
        Refused.Naming("buffer", () => Mmap.Sync(null!));
        Refused.Naming("buffer", () => Mmap.Sync(null!, true));
        Refused.Naming("buffer", () => Mmap.Sync(null!, 0, 1));
        Refused.Naming("buffer", () => Mmap.InCore(null!));
    }
}
