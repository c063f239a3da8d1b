using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>An empty file gives an empty map: there is nothing in it, and no call on it is an error for that.</summary>
public sealed class EmptyMapTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    [InlineData(MapAccess.CopyOnWrite)]
    [InlineData(MapAccess.ReadExecute)]
    public void It_has_no_bytes_and_no_pages(MapAccess access)
    {
        OpenTests.SkipExecuteOnWindows(access);
        using SafeFileHandle file = File.OpenHandle(_scratch.Sparse(0), FileMode.Open, FileAccess.ReadWrite);
        using MemoryMap map = MemoryMap.Open(file, access);
        Assert.Equal((0, 0), (map.Length, map.PageCount));
        Assert.Equal(access, map.Access);
        using MapLease lease = map.Lease();
        Assert.Equal(0, lease.Length);
        Assert.True(lease.Span.IsEmpty);
        Assert.True(lease.Slice(0, 0).IsEmpty);
    }

    [Fact]
    public void Reading_and_writing_it_is_out_of_range()
    {
        using MemoryMap map = Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<byte>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<long>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(0, (byte)1));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Lease(0, 1).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Lease(1, 0).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using MapLease lease = map.Lease();
            _ = lease[0];
        });
    }

    [Fact]
    public void Every_call_on_a_range_does_nothing()
    {
        using MemoryMap map = Open();
        Assert.Equal(AdviceOutcome.Ignored, map.Advise(MapAdvice.WillNeed));
        Assert.Equal(AdviceOutcome.Ignored, map.AdviseDestructive(MapAdvice.Remove, 0, 0));
        foreach (FlushMode mode in Enum.GetValues<FlushMode>())
        {
            map.Flush(mode);
        }
        map.Lock();
        map.Unlock();
        map.Populate();
        map.Populate(forWriting: true);
        map.Protect(MapProtection.None);
        map.Protect(MapProtection.ReadWrite, 0, 0);
        MapResidency residency = map.GetResidency();
        Assert.Equal((true, 0, 0), (residency.IsKnown, residency.Pages, residency.ResidentPages));
        Assert.Equal(0, map.GetResidency([]).Pages);
        Mmap.Sync(map, true, true);
        using MapWriteLease lease = map.LeaseForWrite();
        Assert.True(lease.Span.IsEmpty);
    }

    [Fact]
    public void It_stays_empty_though_the_file_grows()
    {
        string path = _scratch.Sparse(0);
        using MemoryMap map = MemoryMap.Open(path);
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Equal(0, map.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<byte>(0));
    }

    [Fact]
    public void Once_disposed_it_is_closed_like_any_other()
    {
        MemoryMap map = Open();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Lease().Dispose());
        Assert.Throws<ObjectDisposedException>(() => map.Flush());
    }

    private MemoryMap Open() => MemoryMap.Open(_scratch.Sparse(0), MapAccess.ReadWrite);
}
