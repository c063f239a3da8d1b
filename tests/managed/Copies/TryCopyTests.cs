namespace MmapIo.Tests;

/// <summary>
/// <see cref="MemoryMap.TryRead"/> and <see cref="MemoryMap.TryWrite"/>, in both ways that there are to survive a fault.
/// Alone in changing the way, which is one for the process.
/// </summary>
public sealed class TryCopyTests : IDisposable
{
    private const byte Untouched = 0xEE;

    private readonly Scratch _scratch = new();

    private static int Page => Environment.SystemPageSize;

    public void Dispose()
    {
        MemoryMap.FaultGuard = FaultGuard.Handler;
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(FaultGuard.Handler)]
    [InlineData(FaultGuard.SystemCall)]
    public void Where_nothing_faults_all_is_copied(FaultGuard guard)
    {
        MemoryMap.FaultGuard = guard;
        Assert.Equal(guard, MemoryMap.FaultGuard);
        string path = _scratch.Patterned(20_000);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Offset = 7 });
        byte[] bytes = new byte[9000];
        Assert.True(map.TryRead(5, bytes, out int read));
        Assert.Equal(9000, read);
        Assert.Equal(Pattern.Bytes(12, 9000), bytes);
        Assert.True(map.TryWrite(10_000, bytes, out int written));
        Assert.Equal(9000, written);
        Assert.Equal(bytes, Files.Bytes(path).AsSpan(10_007, 9000));
    }

    [Theory]
    [InlineData(FaultGuard.Handler)]
    [InlineData(FaultGuard.SystemCall)]
    public void Of_a_truncated_file_the_bytes_before_the_fault_are_copied_and_counted(FaultGuard guard)
    {
        Needs.Posix("Windows does not shorten a mapped file");
        MemoryMap.FaultGuard = guard;
        using MemoryMap map = Truncated(MapAccess.ReadWrite);
        byte[] bytes = new byte[3 * Page];
        foreach (int before in new[] { 0, 1, 2, 63, 64, 65, 1000, Page - 1, Page, Page + 1, 2 * Page })
        {
            bytes.AsSpan().Fill(Untouched);
            long offset = (2 * Page) - before;
            Assert.False(map.TryRead(offset, bytes.AsSpan(0, before + 10), out int read));
            Assert.Equal(before, read);
            Assert.Equal(Pattern.Bytes(offset, before), bytes.AsSpan(0, before));
            Assert.False(bytes.AsSpan(before).ContainsAnyExcept(Untouched));
            Assert.False(map.TryWrite(offset, Pattern.Bytes(offset, before + 10), out int written));
            Assert.Equal(before, written);
            Assert.True(map.TryRead(offset, bytes.AsSpan(0, before), out read));
            Assert.Equal(before, read);
        }
    }

    [Theory]
    [InlineData(FaultGuard.Handler)]
    [InlineData(FaultGuard.SystemCall)]
    public void A_file_that_is_good_again_is_copied_again(FaultGuard guard)
    {
        Needs.Posix("Windows does not shorten a mapped file");
        MemoryMap.FaultGuard = guard;
        using MemoryMap map = Truncated(MapAccess.Read);
        byte[] one = [Untouched];
        Assert.False(map.TryRead(3 * Page, one, out _));
        SetLength(4 * Page);
        Assert.True(map.TryRead(3 * Page, one, out _));
        Assert.Equal(0, one[0]);
    }

    [Theory]
    [InlineData(FaultGuard.Handler)]
    [InlineData(FaultGuard.SystemCall)]
    public void What_is_not_allowed_throws_and_copies_nothing(FaultGuard guard)
    {
        Needs.RealKernel("it lacks process_vm_readv, by which copies respect protections");
        MemoryMap.FaultGuard = guard;
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(4 * Page), MapAccess.ReadWrite);
        byte[] bytes = [Untouched, Untouched];
        foreach (long offset in new[] { -1, (4L * Page) - 1, 4L * Page, long.MaxValue, long.MinValue })
        {
            Refused.Naming("offset", () => map.TryRead(offset, bytes, out _));
            Refused.Naming("offset", () => map.TryWrite(offset, bytes, out _));
        }
        map.Protect(MapProtection.None, Page, Page);
        map.Protect(MapProtection.Read, 2 * Page, Page);
        Assert.Throws<UnauthorizedAccessException>(() => map.TryRead(Page - 1, bytes, out _));
        Assert.Throws<UnauthorizedAccessException>(() => map.TryWrite(Page - 1, bytes, out _));
        Assert.Throws<UnauthorizedAccessException>(() => map.TryWrite((3 * Page) - 1, bytes, out _));
        Assert.Equal([Untouched, Untouched], bytes);
        Assert.True(map.TryRead(3L * Page, bytes, out _));
        Assert.True(map.TryRead(2L * Page, bytes, out _));
        Assert.Equal(Pattern.Bytes(2 * Page, 2), bytes);
        map.Protect(MapProtection.ReadWrite);
        Assert.True(map.TryWrite(Page, bytes, out _));
        Assert.Equal(bytes[0], map.Read<byte>(Page));
    }

    [Fact]
    public void A_map_for_reading_is_not_written()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100));
        Assert.Throws<NotSupportedException>(() => map.TryWrite(0, new byte[1], out _));
        Assert.True(map.TryRead(0, new byte[100], out int read));
        Assert.Equal(100, read);
    }

    [Fact]
    public void A_copy_of_nothing_is_whole()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([]), MapAccess.ReadWrite);
        Assert.True(map.TryRead(0, [], out int read));
        Assert.True(map.TryWrite(0, [], out int written));
        Assert.Equal((0, 0), (read, written));
        Refused.Naming("offset", () => map.TryRead(0, new byte[1], out _));
    }

    [Fact]
    public void A_lease_elsewhere_and_other_bytes_of_the_map_are_of_no_concern()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        using MemoryMap map = Truncated(MapAccess.Read);
        using MapLease lease = map.Lease(0, Page);
        Assert.False(map.TryRead(2 * Page, new byte[1], out _));
        Assert.Equal(Pattern.Bytes(0, Page), lease.Span);
    }

    [Fact]
    public void A_map_that_was_disposed_after_a_fault_is_gone()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        MemoryMap map = Truncated(MapAccess.Read);
        Assert.False(map.TryRead(2 * Page, new byte[1], out _));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryRead(0, new byte[1], out _));
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(_scratch.At("patterned")));
        }
    }

    [Fact]
    public void An_unknown_guard_is_refused()
    {
        Refused.Naming("value", () => MemoryMap.FaultGuard = (FaultGuard)2);
        Refused.Naming("value", () => MemoryMap.FaultGuard = (FaultGuard)(-1));
    }

    [Fact]
    public void On_a_full_disk_a_write_tells_what_there_was_room_for()
    {
        Needs.Linux("a file system of 64 KiB");
        string folder = Directory.CreateDirectory(_scratch.At("disk")).FullName;
        using Child child = Child.StartWithSmallDisk(
            folder, GuardedParts.DiskWriter, Path.Combine(folder, "file"));
        foreach (string line in child.Finish())
        {
            string[] words = line.Split(' ');
            Assert.Equal(("False", "True", "True", "-1"), (words[0], words[2], words[3], words[4]));
            int written = int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(written, 32 * 1024, 64 * 1024);
            Assert.Equal(0, written % Page);
        }
    }

    /// <summary>A map of four pages of pattern whose file has two left.</summary>
    private MemoryMap Truncated(MapAccess access)
    {
        MemoryMap map = MemoryMap.Open(_scratch.Patterned(4 * Page), access);
        SetLength(2 * Page);
        return map;
    }

    private void SetLength(long length) => Cut.To(_scratch.At("patterned"), length);
}
