namespace MmapIo.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_is_written_later_does_not_show()
    {
        string path = _scratch.Patterned(100_000);
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(path);
        using (MemoryMap live = MemoryMap.Open(path, MapAccess.ReadWrite))
        {
            using MapWriteLease lease = live.LeaseForWrite();
            lease.Span.Fill(0xEE);
        }
        using MapLease now = snapshot.Lease();
        Assert.Equal(Pattern.Bytes(0, 100_000), now.Span.ToArray());
        Assert.Equal((100_000, MapAccess.CopyOnWrite, true), (snapshot.Length, snapshot.Access, snapshot.CanWrite));
    }

    [Fact]
    public void What_is_written_to_it_stays_here()
    {
        string path = _scratch.Patterned(100);
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(path);
        snapshot.Write(0, long.MaxValue);
        Assert.Equal(Pattern.Bytes(0, 100), Files.Bytes(path));
        Assert.Equal(long.MaxValue, snapshot.Read<long>(0));
    }

    [Fact]
    public void Nobody_who_shortens_the_file_can_hurt_it()
    {
        Needs.Posix("Windows does not shorten a file that is open");
        string path = _scratch.Patterned(100_000);
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(path);
        File.WriteAllBytes(path, []);
        Assert.Equal(Pattern.At(99_999), snapshot.Read<byte>(99_999));
    }

    [Fact]
    public void An_empty_file_gives_an_empty_one()
    {
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(_scratch.Holding([]));
        Assert.Equal(0, snapshot.Length);
    }

    [Theory]
    [InlineData("/proc/cpuinfo")]
    [InlineData("/proc/self/maps")]
    [InlineData("/sys/kernel/mm/transparent_hugepage/enabled")]
    public void It_goes_to_the_end_whatever_length_the_file_says_it_has(string path)
    {
        Needs.Linux("files that say they have no bytes, or a page, and have others");
        Assert.SkipUnless(File.Exists(path), $"there is no {path}");
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(path);
        using MapLease lease = snapshot.Lease();
        Assert.Equal(File.ReadAllText(path)[..20], System.Text.Encoding.ASCII.GetString(lease.Span[..20]));
        Assert.False(lease.Span.Contains((byte)0), "it is longer than what was read");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public void A_length_that_is_not_told_is_found_by_reading(int length)
    {
        Needs.Linux("a file of /proc of a chosen length: memory of this process");
        byte[] bytes = GC.AllocateArray<byte>(length, pinned: true);
        Pattern.Bytes(0, length).CopyTo(bytes, 0);
        nint address = System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        var part = new MapOptions { Offset = address, Length = length };
        using MemoryMap snapshot = MemoryMap.OpenSnapshot("/proc/self/mem", part);
        using MapLease lease = snapshot.Lease();
        Assert.Equal(bytes, lease.Span);
        GC.KeepAlive(bytes);
    }

    [Fact]
    public void Options_choose_the_part_and_the_memory()
    {
        string path = _scratch.Patterned(100_000);
        var options = new MapOptions { Offset = 10, Length = 50_000, Reserve = 1 << 20 };
        using MemoryMap part = MemoryMap.OpenSnapshot(path, options);
        part.Resize(1 << 20);
        Assert.Equal(1 << 20, part.Length);
        Assert.Equal((Pattern.At(10), Pattern.At(50_009)), (part.Read<byte>(0), part.Read<byte>(49_999)));
        Assert.Equal(0, part.Read<byte>(50_000));
        using MemoryMap rest = MemoryMap.OpenSnapshot(path, new MapOptions { Offset = 99_999 });
        Assert.Equal((1, Pattern.At(99_999)), (rest.Length, rest.Read<byte>(0)));
        using MemoryMap nothing = MemoryMap.OpenSnapshot(path, new MapOptions { Offset = 100_000 });
        Assert.Equal(0, nothing.Length);
        Refused.Naming("options", () => MemoryMap.OpenSnapshot(path, new MapOptions { Offset = 100_001 }));
        Refused.Naming("options", () => MemoryMap.OpenSnapshot(path, new MapOptions { Offset = 1, Length = 100_000 }));
        Refused.Naming("options", () => MemoryMap.OpenSnapshot(path, new MapOptions { Mode = FileMode.OpenOrCreate }));
        Refused.Naming("options", () => MemoryMap.OpenSnapshot(path, new MapOptions { Length = 0 }));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        Refused.Naming("path", () => MemoryMap.OpenSnapshot(""));
        FileNotFoundException missing =
            Assert.Throws<FileNotFoundException>(() => MemoryMap.OpenSnapshot(_scratch.At("missing")));
        Assert.Equal(_scratch.At("missing"), missing.FileName);
        Assert.Throws<UnauthorizedAccessException>(() => MemoryMap.OpenSnapshot(Path.GetTempPath()));
    }
}
