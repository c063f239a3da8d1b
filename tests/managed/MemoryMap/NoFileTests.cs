using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>What is no file is refused at once, by every way that leads to it, and told by what it is.</summary>
public sealed class NoFileTests : IDisposable
{
    private static readonly Dictionary<string, Action<string>> s_ways = new()
    {
        ["Open"] = path => MemoryMap.Open(path).Dispose(),
        ["Open for writing"] = path => MemoryMap.Open(path, MapAccess.ReadWrite).Dispose(),
        ["Open copy on write"] = path => MemoryMap.Open(path, MapAccess.CopyOnWrite).Dispose(),
        ["Open a part"] = path => Open(path, MapAccess.Read, new MapOptions { Length = 1 }),
        ["Open a part for writing"] = path => Open(path, MapAccess.ReadWrite, new MapOptions { Length = 1 }),
        ["Open from an offset"] = path => Open(path, MapAccess.Read, new MapOptions { Offset = 1 }),
        ["Open sharing reads"] = path => Open(path, MapAccess.Read, new MapOptions { Share = FileShare.Read }),
        ["Open sharing nothing"] = path => Open(path, MapAccess.ReadWrite, new MapOptions { Share = FileShare.None }),
        ["Open or create"] = path => Open(path, MapAccess.ReadWrite, new MapOptions { Mode = FileMode.OpenOrCreate, Length = 5 }),
        ["Create"] = path => Open(path, MapAccess.ReadWrite, new MapOptions { Mode = FileMode.Create, Length = 5 }),
        ["Truncate"] = path => Open(path, MapAccess.ReadWrite, new MapOptions { Mode = FileMode.Truncate, Length = 5 }),
        ["OpenSnapshot"] = path => MemoryMap.OpenSnapshot(path).Dispose(),
        ["MappedArray.Open"] = path => MappedArray<int>.Open(path).Dispose(),
        ["MappedArray.Create"] = path => MappedArray<int>.Create(path, 5).Dispose(),
        ["MapFile.GetResidency"] = path => MapFile.GetResidency(path),
        ["MapFile.Evict"] = path => MapFile.Evict(path),
        ["MapFile.PrefetchAsync"] = path => MapFile.PrefetchAsync(path).AsTask().GetAwaiter().GetResult(),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_pipe_is_told_and_not_waited_for(string way)
    {
        Needs.Linux("a FIFO that both ends can be opened of at once, to end a test that waits");
        string path = _scratch.At("fifo");
        Linux.MakeFifo(path);
        using var refused = new ManualResetEventSlim();
        using (Threads.Start(
            () =>
            {
                AssertTold("it is a pipe", path, way);
                refused.Set();
            },
            // Whoever waits for the other end goes on.
            () => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose()))
        {
            Threads.Await(refused);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_socket_is_told(string way)
    {
        Needs.Linux("sockets that are files, and can be looked at without being opened");
        string path = _scratch.At("s");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        AssertTold("it is a socket", path, way);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_device_that_cannot_be_mapped_is_told(string way)
    {
        Needs.Linux("/dev/full");
        AssertTold("it is a device", "/dev/full", way);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_directory_is_told(string way)
    {
        string path = Directory.CreateDirectory(_scratch.At("folder")).FullName;
        UnauthorizedAccessException told = Assert.Throws<UnauthorizedAccessException>(() => s_ways[way](path));
        Assert.Contains(path, told.Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", told.Message, StringComparison.Ordinal);
        Assert.Equal(MapStatus.AccessDenied, Assert.IsType<MmapIoException>(told.InnerException).Status);
    }

    [Theory]
    [InlineData("/proc/cpuinfo")]
    [InlineData("/proc/self/status")]
    public void A_file_that_is_made_when_it_is_read_is_told_with_the_way_that_reads_it(string path)
    {
        Needs.Linux("/proc");
        Needs.RealKernel("files of its own stand in for /proc");
        foreach (MapOptions? options in new[] { null, new MapOptions { Length = 10 } })
        {
            Exception told = Assert.ThrowsAny<Exception>(() => MemoryMap.Open(path, MapAccess.Read, options));
            Assert.Contains(nameof(MemoryMap.OpenSnapshot), told.Message, StringComparison.Ordinal);
        }
        using SafeFileHandle file = Files.Open(path);
        PlatformNotSupportedException byHandle = Assert.Throws<PlatformNotSupportedException>(() => MemoryMap.Open(file));
        Assert.Contains(nameof(MemoryMap.OpenSnapshot), byHandle.Message, StringComparison.Ordinal);
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(path);
        Assert.NotEqual(0, snapshot.Length);
    }

    private static void Open(string path, MapAccess access, MapOptions options) =>
        MemoryMap.Open(path, access, options).Dispose();

    private static void AssertTold(string what, string path, string way)
    {
        PlatformNotSupportedException told = Assert.Throws<PlatformNotSupportedException>(() => s_ways[way](path));
        Assert.Contains($"'{path}'", told.Message, StringComparison.Ordinal);
        Assert.Contains(what, told.Message, StringComparison.Ordinal);
        Assert.Equal(MapStatus.Unsupported, Assert.IsType<MmapIoException>(told.InnerException).Status);
    }
}
