namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Lock(LockMode)"/> and its undoing.</summary>
public sealed class LockTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Locked_pages_are_in_memory_and_the_kernel_counts_them()
    {
        Needs.Linux("the kernel's account of locked pages");
        string path = _scratch.Patterned(8 * s_page);
        using MemoryMap map = MemoryMap.Open(path);
        Assert.Equal(0, Mappings.LockedBytes(path));
        map.Lock();
        Assert.Equal(8 * s_page, Mappings.LockedBytes(path));
        Assert.Equal(8, map.GetResidency().ResidentPages);
        map.Unlock();
        Assert.Equal(0, Mappings.LockedBytes(path));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(-1, 2, 2)]
    [InlineData(5, 3, 1)]
    public void A_range_locks_every_page_it_touches(int bytes, int length, int pages)
    {
        Needs.Linux("the kernel's account of locked pages");
        string path = _scratch.Patterned(8 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Lock((3 * s_page) + bytes, length);
        Assert.Equal(pages * s_page, Mappings.LockedBytes(path));
        map.Unlock((3 * s_page) + bytes, length);
        Assert.Equal(0, Mappings.LockedBytes(path));
    }

    [Fact]
    public void One_Unlock_undoes_any_number_of_locks()
    {
        Needs.Linux("the kernel's account of locked pages");
        string path = _scratch.Patterned(4 * s_page);
        using MemoryMap map = MemoryMap.Open(path);
        map.Lock();
        map.Lock(0, s_page);
        map.Lock();
        map.Unlock(s_page, s_page);
        Assert.Equal(3 * s_page, Mappings.LockedBytes(path));
        map.Unlock();
        map.Unlock();
        Assert.False(Mappings.IsMarkedLocked(path));
    }

    [Fact]
    public void Locking_on_fault_locks_each_page_when_it_is_used()
    {
        Needs.Capability(MemoryMap.Capabilities.CanLockOnFault, "lock pages as they are first used");
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(6 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Lock(LockMode.OnFault);
        Assert.Equal(0, Mappings.LockedBytes(path));
        Assert.Equal(0, map.GetResidency().ResidentPages);
        map.Write(2 * s_page, (byte)1);
        map.Write(5 * s_page, (byte)1);
        Assert.Equal(2 * s_page, Mappings.LockedBytes(path));
        map.Unlock();
        Assert.Equal(0, Mappings.LockedBytes(path));
    }

    [Fact]
    public void The_lock_ends_with_the_map()
    {
        Needs.Linux("the kernel's account of locked pages");
        string path = _scratch.Patterned(2 * s_page);
        using MemoryMap other = MemoryMap.Open(path);
        using (MemoryMap map = MemoryMap.Open(path))
        {
            map.Lock();
            Assert.True(Mappings.IsMarkedLocked(path));
        }
        Assert.False(Mappings.IsMarkedLocked(path));
    }

    [Fact]
    public void Pages_that_the_file_no_longer_has_cannot_be_locked_and_none_is()
    {
        Needs.Linux("the kernel's account of locked pages");
        string path = _scratch.Patterned(4 * s_page);
        using MemoryMap map = MemoryMap.Open(path);
        Files.SetLength(path, s_page);
        MmapIoException refused = Assert.Throws<MmapIoException>(() => map.Lock());
        Assert.Equal((MapStatus.Fault, "mlock"), (refused.Status, refused.NativeCall));
        Assert.False(Mappings.IsMarkedLocked(path));
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
    }

    [Fact]
    public void The_limit_of_locked_memory_is_named()
    {
        Needs.Linux("RLIMIT_MEMLOCK binds everybody but root");
        using Scratch shared = new();
        string path = shared.Patterned(64 * s_page);
        using Child child = Child.StartUnprivileged(ChildParts.GreedyLocker, path);
        string[] said = child.Finish();
        const string Refused = $"{nameof(MmapIoException)}|{nameof(MapStatus.LimitReached)}|";
        foreach ((int line, string call) in new[] { (0, "mlock"), (1, "mlock2"), (3, "mlock"), (4, "mlock") })
        {
            Assert.StartsWith($"{Refused}{call}|", said[line], StringComparison.Ordinal);
            Assert.Contains("RLIMIT_MEMLOCK", said[line], StringComparison.Ordinal);
        }
        Assert.Equal("False", said[2]);
        Assert.Equal("fine", said[5]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_number_that_is_no_mode_is_refused(int number)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        Refused.Naming("mode", () => map.Lock((LockMode)number));
        Refused.Naming("mode", () => map.Lock((LockMode)number, 0, 1));
    }
}
