namespace MmapIo.Tests;

/// <summary><see cref="MapOptions.NoHandle"/>: maps that cost no descriptor.</summary>
public sealed class NoHandleTests : IDisposable
{
    private static readonly MapOptions s_without = new() { NoHandle = true };

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    [InlineData(MapAccess.CopyOnWrite)]
    public void The_file_is_mapped_and_not_kept_open(MapAccess access)
    {
        string path = _scratch.Patterned(10_000);
        foreach (MapOptions options in new[] { s_without, new MapOptions { NoHandle = true, Offset = 10, Length = 9000 } })
        {
            using MemoryMap map = MemoryMap.Open(path, access, options);
            using MapLease lease = map.Lease();
            Assert.Equal(Pattern.Bytes((int)options.Offset, (int)map.Length), lease.Span);
            if (Mappings.CanTell)
            {
                Assert.Equal((1, 0), (Mappings.Count(path), Mappings.OpenFiles(path)));
            }
        }
    }

    [Fact]
    public void What_is_written_is_in_the_file_and_can_be_flushed_that_far()
    {
        string path = _scratch.Patterned(10_000);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, s_without))
        {
            map.Write(5000, 0x0A0B0C0D);
            map.Flush();
            map.Flush(FlushMode.Async);
            Assert.Throws<PlatformNotSupportedException>(() => map.Flush(FlushMode.Durable));
            Assert.Throws<PlatformNotSupportedException>(() => map.Flush(FlushMode.Data));
            Assert.Throws<PlatformNotSupportedException>(() => map.Resize(20_000));
            Assert.Throws<PlatformNotSupportedException>(() => map.ExportHandle());
            Assert.Equal(10_000, map.Length);
        }
        Assert.Equal(0x0A0B0C0D, BitConverter.ToInt32(Files.Bytes(path), 5000));
        Assert.Equal(10_000, new FileInfo(path).Length);
    }

    [Fact]
    public void A_file_is_created_and_made_longer_for_one_as_for_any()
    {
        string path = _scratch.At("new");
        var options = new MapOptions { NoHandle = true, Mode = FileMode.Create, Length = 100_000 };
        for (int round = 0; round < 2; round++)
        {
            using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
            Assert.Equal(0, map.Read<byte>(99_999));
            map.Write(99_999, (byte)1);
        }
        Assert.Equal(100_000, new FileInfo(path).Length);
        using var array = MappedArray<long>.Create(path, 10, s_without);
        Assert.Equal((10, 0), (array.Length, array[9]));
    }

    [Fact]
    public void It_is_without_effect_on_memory()
    {
        using MemoryMap anonymous = MemoryMap.CreateAnonymous(10, s_without);
        using MemoryMap snapshot = MemoryMap.OpenSnapshot(_scratch.Patterned(10), s_without);
        using MemoryMap shared = MemoryMap.CreateShared(null, 10, s_without);
        using System.Runtime.InteropServices.SafeHandle handle = shared.ExportHandle();
        using MemoryMap imported = MemoryMap.OpenShared(handle, MapAccess.ReadWrite, s_without);
        Assert.Equal((10, Pattern.At(9)), (anonymous.Length, snapshot.Read<byte>(9)));
        imported.ExportHandle().Dispose();
    }
}
