using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary><see cref="MapFile"/> with files and ranges that will not do: a clear exception, nothing left open.</summary>
public sealed class MapFileRefusedTests : IDisposable
{
    private const int Length = 10_000;

    private static readonly Dictionary<string, Action<string>> s_byPath = new()
    {
        ["GetResidency"] = path => MapFile.GetResidency(path),
        ["GetResidency of a range"] = path => MapFile.GetResidency(path, 0, 1),
        ["Evict"] = path => MapFile.Evict(path),
        ["Evict a range"] = path => MapFile.Evict(path, 0, 1),
        ["PrefetchAsync"] = path => Wait(MapFile.PrefetchAsync(path)),
    };

    private static readonly Dictionary<string, Action<SafeFileHandle, long, long?>> s_byHandle = new()
    {
        ["GetResidency"] = (file, offset, length) => MapFile.GetResidency(file, offset, length),
        ["Evict"] = (file, offset, length) => MapFile.Evict(file, offset, length),
        ["PrefetchAsync"] = (file, offset, length) => Wait(MapFile.PrefetchAsync(file, offset, length)),
        ["Advise"] = (file, offset, length) => MapFile.Advise(file, FileAdvice.DontNeed, offset, length),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string> ByPath => [.. s_byPath.Keys];

    public static TheoryData<string> ByHandle => [.. s_byHandle.Keys];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(ByPath))]
    public void A_missing_file_is_named(string call)
    {
        string path = _scratch.At("missing");
        FileNotFoundException missing = Assert.Throws<FileNotFoundException>(() => s_byPath[call](path));
        Assert.Equal(path, missing.FileName);
        MmapIoException inner = Assert.IsType<MmapIoException>(missing.InnerException);
        Assert.Equal((MapStatus.NotFound, 2), (inner.Status, inner.OsErrorCode));
        Assert.Throws<DirectoryNotFoundException>(() => s_byPath[call](Path.Combine(path, "below")));
    }

    [Theory]
    [MemberData(nameof(ByPath))]
    public void A_directory_is_called_one(string call)
    {
        string path = _scratch.At(".");
        UnauthorizedAccessException denied = Assert.Throws<UnauthorizedAccessException>(() => s_byPath[call](path));
        Assert.EndsWith($"'{path}': it is a directory.", denied.Message, StringComparison.Ordinal);
        Assert.Equal(MapStatus.AccessDenied, Assert.IsType<MmapIoException>(denied.InnerException).Status);
    }

    [Theory]
    [MemberData(nameof(ByPath))]
    public void No_path_is_refused(string call)
    {
        Refused.Naming("path", () => s_byPath[call](null!));
        Refused.Naming("path", () => s_byPath[call](""));
    }

    [Theory]
    [MemberData(nameof(ByHandle))]
    public void A_pipe_is_not_supported(string call)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var file = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.ThrowsAny<NotSupportedException>(() => s_byHandle[call](file, 0, null));
        Assert.ThrowsAny<NotSupportedException>(() => s_byHandle[call](file, 0, 1));
        Assert.ThrowsAny<NotSupportedException>(() => s_byHandle[call](file, 0, 0));
    }

    [Theory]
    [MemberData(nameof(ByHandle))]
    public void No_handle_and_a_closed_one_are_refused(string call)
    {
        SafeFileHandle file = Files.Open(_scratch.Patterned(Length));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => s_byHandle[call](file, 0, 1));
        Refused.Naming("file", () => s_byHandle[call](null!, 0, 1));
    }

    [Theory]
    [MemberData(nameof(ByHandle))]
    public void A_range_outside_of_the_file_is_refused(string call)
    {
        if (call is "GetResidency")
        {
            Needs.Capability(MemoryMap.Capabilities.CanGetFileResidency, "tell the residency of a file");
        }
        string path = _scratch.Patterned(Length);
        using (SafeFileHandle file = Files.Open(path))
        {
            foreach ((long offset, long? length) in new (long, long?)[]
            {
                (-1, null), (-1, 1), (0, -1), (0, Length + 1), (Length + 1, null), (Length + 1, 0), (Length, 1),
                (long.MaxValue, 1), (1, long.MaxValue), (long.MinValue, long.MinValue),
            })
            {
                ArgumentOutOfRangeException refused =
                    Assert.ThrowsAny<ArgumentOutOfRangeException>(() => s_byHandle[call](file, offset, length));
                Assert.Contains(refused.ParamName, new[] { "offset", "length" });
            }
            s_byHandle[call](file, Length, 0);
        }
        if (Mappings.CanTell)
        {
            Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
        }
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_denied()
    {
        string path = _scratch.Patterned(Length);
        Linux.SetMode(path, UnixFileMode.None);
        using Child child = Child.StartUnprivileged(CacheParts.Asker, path);
        string[] said = child.Finish();
        Assert.Equal(3, said.Length);
        Assert.All(said, line => Assert.StartsWith(
            "UnauthorizedAccessException|AccessDenied|open|Cannot ", line, StringComparison.Ordinal));
        Assert.All(said, line => Assert.Contains(path, line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_system_that_cannot_says_so()
    {
        Assert.SkipWhen(MemoryMap.Capabilities.CanEvictFiles, "this system can do all of it");
        string path = _scratch.Patterned(Length);
        Assert.Throws<PlatformNotSupportedException>(() => MapFile.Evict(path));
        Assert.Throws<PlatformNotSupportedException>(() => MapFile.GetResidency(path));
    }

    private static void Wait(ValueTask<AdviceOutcome> task) => task.AsTask().GetAwaiter().GetResult();
}
