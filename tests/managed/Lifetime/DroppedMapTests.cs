using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>A map that nobody disposed and nobody can reach is unmapped by the garbage collector.</summary>
public sealed class DroppedMapTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_dropped_map_is_unmapped()
    {
        Needs.Linux("the kernel's account of mappings");
        string path = _scratch.Patterned(10_000);
        WeakReference map = OpenAndDrop(path, _ => { });
        Garbage.CollectUntil(() => !map.IsAlive && Mappings.Count(path) == 0);
        Assert.False(map.IsAlive);
        Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
    }

    [Fact]
    public void So_is_one_that_was_used_by_several_threads()
    {
        Needs.Linux("the kernel's account of mappings");
        string path = _scratch.Patterned(10_000);
        WeakReference map = OpenAndDrop(path, map =>
        {
            map.Read<long>(0);
            map.Lease().Dispose();
            Threads.Start(() => map.Read<long>(0)).Dispose();
            map.Flush();
        });
        Garbage.CollectUntil(() => !map.IsAlive && Mappings.Count(path) == 0);
        Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
    }

    [Fact]
    public void So_is_one_made_through_Mmap()
    {
        Needs.Linux("the kernel's account of mappings");
        string path = _scratch.Patterned(10_000);
        MapAndDrop(path);
        Garbage.CollectUntil(() => Mappings.Count(path) == 0);
        Assert.Equal((0, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
    }

    [Fact]
    public void A_map_in_use_is_not_collected_under_its_reader()
    {
        string path = _scratch.Patterned(10_000);
        using MapLease lease = MemoryMap.Open(path).Lease();
        Garbage.Collect();
        Assert.Equal(Pattern.Bytes(0, 10_000), lease.Span);
    }

    [Fact]
    public void What_was_written_to_a_dropped_map_is_in_the_file()
    {
        string path = _scratch.Patterned(10_000);
        WeakReference map = OpenAndDrop(path, map => map.Write(5000, 0x0A0B0C0D));
        Garbage.CollectUntil(() => !map.IsAlive);
        Assert.Equal(0x0A0B0C0D, BitConverter.ToInt32(Files.Bytes(path), 5000));
    }

    [Fact]
    public void That_the_system_refuses_to_unmap_ends_no_process()
    {
        Needs.Linux("the refusal is made by a seccomp filter");
        using Child child = Child.Start(GuardedParts.Dropper, _scratch.Patterned(37 * MemoryMap.PageSize));
        string[] said = child.Finish();
        Assert.SkipWhen(said[0] == "skip", "this process may not filter its system calls");
        Assert.Equal([nameof(UnauthorizedAccessException), "alive"], said);
    }

    [Fact]
    public void Dropped_maps_use_up_no_limit()
    {
        Needs.Linux("the number of its limit");
        string path = _scratch.Patterned(10, "file");
        using Child child = Child.Start(OpenParts.Dropper, Path.GetDirectoryName(path)!);
        Assert.Equal(["fine", "fine", "fine", "fine"], child.Finish());
    }

    [Fact]
    public void Nor_locked_memory()
    {
        Needs.Linux("the number of its limit");
        using Child child = Child.StartUnprivileged(OpenParts.LockDropper);
        Assert.Equal(["fine", "fine"], child.Finish());
    }

    /// <summary>Apart, so that no local of the test keeps the map.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OpenAndDrop(string path, Action<MemoryMap> use)
    {
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        use(map);
        if (Mappings.CanTell)
        {
            Assert.Equal(1, Mappings.Count(path));
        }
        return new WeakReference(map);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MapAndDrop(string path)
    {
        using SafeFileHandle file = Files.Open(path);
        MemoryMap map = Mmap.Map(10_000, Mmap.PROT_READ, Mmap.MAP_SHARED, file);
        Assert.Equal(Pattern.At(9999), map.Read<byte>(9999));
    }
}
