using System.Diagnostics;
using System.Reflection;

namespace MmapIo.Tests;

/// <summary>What a debugger shows of a map.</summary>
public sealed class DebuggerDisplayTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Path_range_access_and_end_are_shown()
    {
        string path = _scratch.Patterned(5000);
        MemoryMap map = MemoryMap.Open(path, MapAccess.CopyOnWrite, new MapOptions { Offset = 1234 });
        string shown = Shown(map);
        Assert.Contains(path, shown, StringComparison.Ordinal);
        Assert.Contains("3766", shown, StringComparison.Ordinal);
        Assert.Contains(nameof(MapAccess.CopyOnWrite), shown, StringComparison.Ordinal);
        Assert.DoesNotContain("closed", shown, StringComparison.Ordinal);
        map.Dispose();
        Assert.Contains("closed", Shown(map), StringComparison.Ordinal);
        using MemoryMap memory = MemoryMap.CreateAnonymous(77);
        Assert.Contains("77", Shown(memory), StringComparison.Ordinal);
    }

    private static string Shown(MemoryMap map)
    {
        string format = typeof(MemoryMap).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value;
        string property = format.Trim('{', '}').Split(',')[0];
        return (string)typeof(MemoryMap).GetProperty(property, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(map)!;
    }
}
