using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>Errors carry the code and the words, and the file where it is known.</summary>
public sealed class MessageTests : IDisposable
{
    private const int OutOfMemory = 12;
    private const int BadAddress = 14;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_failed_call_names_the_file_the_call_the_code_and_the_words()
    {
        Needs.Linux("the codes are its");
        string path = _scratch.Sparse(2 * MemoryMap.PageSize);
        using MemoryMap map = MemoryMap.Open(path);
        Files.SetLength(path, 0);
        MmapIoException error = Assert.Throws<MmapIoException>(() => map.Populate());
        Assert.Equal(
            (MapStatus.Fault, BadAddress, OsErrorDomain.Errno, "madvise", path),
            (error.Status, error.OsErrorCode, error.OsErrorDomain, error.NativeCall, error.Path));
        Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal);
        string words = Marshal.GetPInvokeErrorMessage(BadAddress);
        Assert.Contains($"madvise: errno {BadAddress}, {words}", error.Message, StringComparison.Ordinal);
        Assert.Contains(StatusText(MapStatus.Fault), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_path_the_message_does_without()
    {
        Needs.Posix("the code is its");
        MmapIoException error = Assert.Throws<MmapIoException>(() => MemoryMap.CreateAnonymous(long.MaxValue));
        Assert.Equal((MapStatus.OutOfMemory, OutOfMemory, "mmap"), (error.Status, error.OsErrorCode, error.NativeCall));
        Assert.Null(error.Path);
        Assert.DoesNotContain("''", error.Message, StringComparison.Ordinal);
        Assert.Contains($"errno {OutOfMemory}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_of_access_has_the_native_error_inside_and_the_same_words()
    {
        using SafeFileHandle file = Files.Open(_scratch.Sparse(10));
        UnauthorizedAccessException refused = Assert.Throws<UnauthorizedAccessException>(
            () => MemoryMap.Open(file, MapAccess.ReadWrite));
        MmapIoException told = Assert.IsType<MmapIoException>(refused.InnerException);
        Assert.Equal(told.Message, refused.Message);
        Assert.NotEqual(0, told.OsErrorCode);
        Assert.Contains($"{told.OsErrorCode}", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Not the system, nor the file: an option that somebody chose, and can do without.</summary>
    [Fact]
    public void What_an_option_stands_in_the_way_of_names_the_option()
    {
        Needs.Posix("all of these options are to be had");
        string path = _scratch.Patterned(10_000);
        AssertRefused(nameof(MapOptions.NoHandle), new MapOptions { NoHandle = true }, map => map.Flush(FlushMode.Durable));
        AssertRefused(nameof(MapOptions.NoHandle), new MapOptions { NoHandle = true }, map => map.Resize(20_000));
        AssertRefused(nameof(MapOptions.NoHandle), new MapOptions { NoHandle = true }, map => map.ExportHandle());
        AssertRefused(nameof(MapOptions.NoHandle), new MapOptions { NoHandle = true }, map => map.AsStream().SetLength(5));
        AssertRefused(nameof(MapOptions.Reserve), new MapOptions { GuardPages = true }, map => map.Resize(50_000));
        AssertRefused(nameof(MapOptions.GuardPages), new MapOptions { GuardPages = true }, map => map.Resize(10));
        AssertRefused(nameof(MapOptions.Reserve), new MapOptions { ZeroFillOnFault = true }, map => map.Resize(50_000));
        AssertRefused(
            nameof(MapOptions.ZeroFillOnFault), new MapOptions { ZeroFillOnFault = true }, map => map.Protect(MapProtection.Read));
        AssertRefused(nameof(MemoryMap.CreateShared), new MapOptions(), map => map.Seal(MapSeals.Grow));

        void AssertRefused(string named, MapOptions options, Action<MemoryMap> call)
        {
            using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
            var refused = Assert.Throws<PlatformNotSupportedException>(() => call(map));
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(StatusText(MapStatus.Unsupported), refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>What a member asks the map for is not what it was asked for.</summary>
    [Fact]
    public void A_length_that_cannot_be_is_told_of_the_argument_it_came_from()
    {
        string path = _scratch.Patterned(800);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        Refused.Naming("length", () => map.Resize(1L << 60));
        Refused.Naming("value", () => stream.SetLength(1L << 60));
        using (MappedArray<long> read = MappedArray<long>.Open(path))
        {
            Refused.Naming("count", () => read.Resize(1000));
        }
        using MemoryMap part = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        using MapBufferWriter writer = part.AsBufferWriter(800);
        if (!OperatingSystem.IsMacOS() && !OperatingSystem.IsWindows())
        {
            Refused.Naming("sizeHint", () => writer.GetMemory(1));
        }
    }

    [Fact]
    public void Huge_pages_that_have_to_be_are_named_where_a_file_has_none()
    {
        Needs.Linux("others have no files of them at all");
        var options = new MapOptions { HugePages = HugePages.Require() };
        var refused = Assert.Throws<PlatformNotSupportedException>(
            () => MemoryMap.Open(_scratch.Patterned(10), MapAccess.Read, options));
        Assert.Contains(nameof(MapOptions.HugePages), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_may_not_be_read_are_not_called_gone_when_they_cannot_be_locked()
    {
        Needs.Capability(MemoryMap.Capabilities.CanLock, "lock pages");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(10_000), MapAccess.ReadWrite);
        map.Protect(MapProtection.None);
        UnauthorizedAccessException refused = Assert.Throws<UnauthorizedAccessException>(() => map.Lock());
        Assert.Contains("protected", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MapStatus.InvalidArgument, typeof(ArgumentException))]
    [InlineData(MapStatus.Misaligned, typeof(ArgumentException))]
    [InlineData(MapStatus.OutOfRange, typeof(ArgumentOutOfRangeException))]
    [InlineData(MapStatus.AccessDenied, typeof(UnauthorizedAccessException))]
    [InlineData(MapStatus.Unsupported, typeof(PlatformNotSupportedException))]
    [InlineData(MapStatus.AbiMismatch, typeof(PlatformNotSupportedException))]
    [InlineData(MapStatus.NotFound, typeof(FileNotFoundException))]
    [InlineData(MapStatus.Busy, typeof(MmapIoException))]
    [InlineData(MapStatus.Exists, typeof(MmapIoException))]
    [InlineData(MapStatus.OutOfMemory, typeof(MmapIoException))]
    [InlineData(MapStatus.LimitReached, typeof(MmapIoException))]
    [InlineData(MapStatus.NoSpace, typeof(MmapIoException))]
    [InlineData(MapStatus.Io, typeof(MmapIoException))]
    [InlineData(MapStatus.Fault, typeof(MmapIoException))]
    [InlineData(MapStatus.DurabilityLost, typeof(MmapIoException))]
    [InlineData(MapStatus.Unknown, typeof(MmapIoException))]
    public void Each_status_comes_as_its_exception(MapStatus status, Type expected)
    {
        var error = new NativeError { Status = (int)status, OsCode = 5, OsDomain = 1, OsCall = 2 };
        Exception thrown = Assert.Throws(
            expected, () => MapErrors.ThrowIfFailed((int)status, error, "do it to", "some/file"));
        MmapIoException told = Assert.IsType<MmapIoException>(thrown.InnerException ?? thrown);
        Assert.Equal((status, "some/file"), (told.Status, told.Path));
        Assert.Equal((5, OsErrorDomain.Errno, "mmap"), (told.OsErrorCode, told.OsErrorDomain, told.NativeCall));
        Assert.Equal(5, told.HResult);
        Exception named = Assert.Throws(
            expected, () => MapErrors.ThrowIfFailed((int)status, error, "do it to", "some/file", "argument"));
        Assert.Equal(named is ArgumentException ? "argument" : null, (named as ArgumentException)?.ParamName);
        Assert.IsType<MmapIoException>(named.InnerException ?? named);
        Assert.StartsWith("Cannot do it to 'some/file': ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(StatusText(status), thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 12, "RLIMIT_MEMLOCK")]
    [InlineData(9, 11, "RLIMIT_MEMLOCK")]
    [InlineData(22, 11, "RLIMIT_MEMLOCK")]
    [InlineData(2, 11, "RLIMIT_MEMLOCK")]
    [InlineData(2, 12, "vm.nr_hugepages")]
    [InlineData(21, 28, "vm.nr_hugepages")]
    [InlineData(12, 24, "RLIMIT_NOFILE")]
    [InlineData(51, 24, "RLIMIT_NOFILE")]
    [InlineData(54, 24, "RLIMIT_NOFILE")]
    [InlineData(51, 23, "fs.file-max")]
    [InlineData(107, 1453, "working set")]
    [InlineData(104, 1450, "large pages")]
    [InlineData(101, 4, "open handles")]
    [InlineData(0, 0, "ZeroFillOnFault")]
    public void The_limit_that_was_reached_is_named(int call, int code, string limit)
    {
        var error = new NativeError
        {
            Status = (int)MapStatus.LimitReached,
            OsCode = code,
            OsDomain = call == 0 ? 0u : 1u,
            OsCall = (uint)call,
        };
        string told = Assert.Throws<MmapIoException>(
            () => MapErrors.ThrowIfFailed(error.Status, error, "do it to", null)).Message;
        string[] sentences = told.Split(". ");
        Assert.Contains(limit, sentences[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Success_throws_nothing() =>
        MapErrors.ThrowIfFailed(0, new NativeError { Status = -999 }, "do it", null);

    [Fact]
    public void A_number_of_Windows_is_called_one()
    {
        var error = new NativeError { Status = (int)MapStatus.Io, OsCode = 1117, OsDomain = 2, OsCall = 109 };
        MmapIoException thrown = Assert.Throws<MmapIoException>(
            () => MapErrors.ThrowIfFailed(error.Status, error, "flush", null));
        Assert.Contains("FlushViewOfFile: Windows error 1117", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_library_itself_has_no_code()
    {
        var error = new NativeError { Status = (int)MapStatus.OutOfRange };
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(
            () => MapErrors.ThrowIfFailed(error.Status, error, "map", null));
        MmapIoException told = Assert.IsType<MmapIoException>(thrown.InnerException);
        Assert.Equal((0, OsErrorDomain.None, ""), (told.OsErrorCode, told.OsErrorDomain, told.NativeCall));
        Assert.DoesNotContain("errno", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_made_by_hand_is_of_unknown_status()
    {
        var inner = new InvalidOperationException();
        Assert.Equal(MapStatus.Unknown, new MmapIoException().Status);
        var made = new MmapIoException("words", inner);
        Assert.Equal(("words", inner, ""), (made.Message, made.InnerException, made.NativeCall));
        Assert.Equal("words", new MmapIoException("words").Message);
    }

    private static unsafe string StatusText(MapStatus status) =>
        Marshal.PtrToStringUTF8((nint)Interop.mmapio_status_text((int)status))!;
}
