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
