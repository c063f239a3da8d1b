using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>Neither opening nor failing to open leaves a descriptor or a mapping behind.</summary>
public sealed class LeakTests : IDisposable
{
    private const int Rounds = 1000;

    private static readonly int s_page = MemoryMap.PageSize;

    private static readonly MapOptions s_longer = new() { Length = 3 * s_page };
    private static readonly MapOptions s_past = new() { Offset = 3 * s_page };
    private static readonly MapOptions s_nothing = new() { Offset = 2 * s_page };
    private static readonly MapOptions s_part = new() { Offset = 77, Length = 100 };
    private static readonly MapOptions s_anew = new() { Mode = FileMode.CreateNew };

    private static readonly Dictionary<string, Func<string, SafeFileHandle, MemoryMap>> s_ways = new()
    {
        ["by path"] = (path, _) => MemoryMap.Open(path),
        ["by handle"] = (_, file) => MemoryMap.Open(file),
        ["for writing, with an offset"] = (path, _) => MemoryMap.Open(path, MapAccess.ReadWrite, s_part),
        ["of nothing"] = (path, _) => MemoryMap.Open(path, MapAccess.Read, s_nothing),
        ["through Mmap"] = (_, file) => Mmap.Map(s_page, Mmap.PROT_READ, Mmap.MAP_SHARED, file),
        ["used in many ways"] = (path, _) => UseInManyWays(path),
    };

    private static readonly Dictionary<string, Func<string, SafeFileHandle, MemoryMap>> s_failures = new()
    {
        ["too long to read"] = (path, _) => MemoryMap.Open(path, MapAccess.Read, s_longer),
        ["past its end"] = (path, _) => MemoryMap.Open(path, MapAccess.ReadWrite, s_past),
        ["past its end, by handle"] = (_, file) => MemoryMap.Open(file, MapAccess.Read, s_past),
        ["to write through a handle for reading"] = (_, file) => MemoryMap.Open(file, MapAccess.ReadWrite),
        ["the same through Mmap"] = (_, file) => Mmap.Map(1, Mmap.PROT_WRITE, Mmap.MAP_SHARED, file),
        ["larger than memory"] = (_, file) => Mmap.Map(long.MaxValue, Mmap.PROT_READ, Mmap.MAP_SHARED, file),
        ["created anew though it is there"] = (path, _) => MemoryMap.Open(path, MapAccess.ReadWrite, s_anew),
        ["locked though the file ends before"] = (_, file) =>
            Mmap.Map(4 * s_page, Mmap.PROT_READ, Mmap.MAP_SHARED | Mmap.MAP_LOCKED, file),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    public static TheoryData<string> Failures => [.. s_failures.Keys];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Opening_a_thousand_times_leaves_no_trace(string way) =>
        AssertLeavesNoTrace((path, file) => s_ways[way](path, file).Dispose());

    [Theory]
    [MemberData(nameof(Failures))]
    public void Failing_a_thousand_times_leaves_no_trace(string failure) =>
        AssertLeavesNoTrace((path, file) => Assert.NotNull(Record.Exception(() => s_failures[failure](path, file))));

    private void AssertLeavesNoTrace(Action<string, SafeFileHandle> act)
    {
        Needs.Linux("the kernel's account of mappings and descriptors");
        string path = _scratch.Patterned(2 * s_page);
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            for (int round = 0; round < Rounds; round++)
            {
                act(path, file);
            }
            Assert.Equal((0, 1), (Mappings.Count(path), Mappings.OpenFiles(path)));
        }
        Assert.Equal(0, Mappings.OpenFiles(path));
    }

    private static MemoryMap UseInManyWays(string path)
    {
        var options = new MapOptions { Populate = true, Lock = true };
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        map.Protect(MapProtection.Read, s_page, 1);
        map.Read<long>(s_page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Write(s_page, 1));
        map.GetResidency();
        return map;
    }
}
