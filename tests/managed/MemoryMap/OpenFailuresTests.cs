namespace MmapIo.Tests;

/// <summary>Whatever opening fails of, and however it was to open: a file that was there has the bytes and the length it
/// had, and one that was not there is not there.</summary>
public sealed class OpenFailuresTests : IDisposable
{
    private const int Length = 3 * 4096;

    /// <summary>More than any address space.</summary>
    private const long TooLong = 1L << 52;

    private static readonly FileMode[] s_modes =
        [FileMode.Open, FileMode.OpenOrCreate, FileMode.Create, FileMode.Truncate, FileMode.CreateNew];

    private readonly Scratch _scratch = Scratch.InMemory();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(TooLong, 0, 0)]
    [InlineData(long.MaxValue, 0, 0)]
    [InlineData(100_000L, 1L << 62, 0)]
    [InlineData(100L, 0, TooLong)]
    [InlineData(null, Length + 1, 0)]
    public void What_cannot_be_mapped_changes_nothing(long? length, long offset, long reserve)
    {
        if (reserve != 0 || offset == 1L << 62)
        {
            Needs.Posix("files have no reserve on Windows, and Wine's may have any length");
        }
        foreach (FileMode mode in s_modes)
        {
            var options = new MapOptions { Mode = mode, Length = length, Offset = offset, Reserve = reserve };
            AssertChangesNothing(path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
        }
        if (length >= TooLong)
        {
            AssertChangesNothing(path => MappedArray<byte>.Create(path, length.Value).Dispose());
        }
    }

    [Fact]
    public void What_is_refused_before_anything_is_opened_changes_nothing()
    {
        foreach (FileMode mode in s_modes)
        {
            foreach (MapOptions bad in new[]
            {
                new MapOptions { Mode = mode, Length = 0 },
                new MapOptions { Mode = mode, Length = 10, Offset = -1 },
                new MapOptions { Mode = mode, Length = 10, Advice = MapAdvice.Remove },
                new MapOptions { Mode = mode, Length = 10, HugePages = HugePages.Require(12345) },
                new MapOptions { Mode = mode, Length = long.MaxValue, Offset = 1 },
            })
            {
                AssertChangesNothing(path => MemoryMap.Open(path, MapAccess.ReadWrite, bad).Dispose());
            }
            foreach (MapAccess access in new[] { MapAccess.Read, MapAccess.CopyOnWrite, MapAccess.ReadExecute })
            {
                var longer = new MapOptions { Mode = mode, Length = Length + 1 };
                AssertChangesNothing(path => MemoryMap.Open(path, access, longer).Dispose());
            }
        }
        AssertChangesNothing(path => MappedArray<byte>.Create(path, -1).Dispose());
        AssertChangesNothing(path => MappedArray<byte>.Create(path, 10, new MapOptions { Length = 10 }).Dispose());
    }

    [Fact]
    public void Huge_pages_that_a_file_does_not_have_change_nothing()
    {
        foreach (FileMode mode in s_modes)
        {
            var options = new MapOptions { Mode = mode, Length = 1 << 21, HugePages = HugePages.Require(1 << 21) };
            AssertChangesNothing(path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
        }
    }

    [Fact]
    public void The_limit_of_maps_that_fill_with_zeros_changes_nothing()
    {
        Needs.Capability(MemoryMap.Capabilities.CanZeroFillOnFault, "replace pages that fault");
        string path = _scratch.Patterned(1, "small");
        var maps = new List<MemoryMap>();
        try
        {
            var filling = new MapOptions { ZeroFillOnFault = true };
            MmapIoException? limit = null;
            while (limit is null && maps.Count < 5000)
            {
                try
                {
                    maps.Add(MemoryMap.Open(path, MapAccess.Read, filling));
                }
                catch (MmapIoException e)
                {
                    limit = e;
                }
            }
            Assert.Equal(MapStatus.LimitReached, limit?.Status);
            foreach (FileMode mode in s_modes)
            {
                var options = new MapOptions { Mode = mode, Length = 10 * Length, ZeroFillOnFault = true };
                AssertChangesNothing(path => MemoryMap.Open(path, MapAccess.ReadWrite, options).Dispose());
            }
        }
        finally
        {
            maps.ForEach(map => map.Dispose());
        }
    }

    [Fact]
    public void A_limit_of_locked_memory_changes_nothing()
    {
        using Child child = Child.StartUnprivileged(OpenParts.Locker, Reachable());
        Assert.Equal(["LimitReached"], child.Finish().Distinct());
    }

    [Fact]
    public void A_full_disk_changes_nothing()
    {
        Needs.Linux("a file system of 64 KiB");
        string folder = Directory.CreateDirectory(_scratch.At("disk")).FullName;
        using Child child = Child.StartWithSmallDisk(folder, OpenParts.Filler, folder);
        Assert.Equal(["NoSpace"], child.Finish().Distinct());
    }

    [Fact]
    public void A_folder_that_may_not_be_written_gets_no_file()
    {
        string folder = Reachable();
        Linux.SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        using Child child = Child.StartUnprivileged(OpenParts.Creator, folder);
        Assert.Equal(["AccessDenied"], child.Finish().Distinct());
        Linux.SetMode(folder, (UnixFileMode)0x1FF);
    }

    [Theory]
    [InlineData(FileMode.Create)]
    [InlineData(FileMode.Truncate)]
    public void What_is_emptied_has_zeros_whatever_was_there(FileMode mode)
    {
        foreach (int length in new[] { 1, Length - 1, Length, Length + 1, 100_000 })
        {
            foreach (int offset in new[] { 0, 5, 4096 })
            {
                string path = _scratch.Patterned(Length);
                var options = new MapOptions { Mode = mode, Length = length, Offset = offset };
                using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
                Assert.Equal((length, length), (map.Length, map.TryRead(0, new byte[length], out int read) ? read : -1));
                Assert.Equal(new byte[offset + length], Files.Bytes(path));
            }
        }
        using MemoryMap empty = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite, new MapOptions { Mode = mode });
        Assert.Equal((0, 0), (empty.Length, new FileInfo(_scratch.At("patterned")).Length));
    }

    [Fact]
    public void A_link_that_leads_nowhere_yet_gets_its_file_and_loses_it_again_on_failure()
    {
        Needs.Posix("links that anybody may make");
        string target = _scratch.At("target");
        string link = _scratch.At("link");
        File.CreateSymbolicLink(link, target);
        var options = new MapOptions { Mode = FileMode.OpenOrCreate, Length = TooLong };
        Assert.ThrowsAny<Exception>(() => MemoryMap.Open(link, MapAccess.ReadWrite, options));
        Assert.Equal((false, target), (File.Exists(target), new FileInfo(link).LinkTarget));
        options = new MapOptions { Mode = FileMode.OpenOrCreate, Length = 10 };
        MemoryMap.Open(link, MapAccess.ReadWrite, options).Dispose();
        Assert.Equal((10, target), (new FileInfo(target).Length, new FileInfo(link).LinkTarget));
    }

    /// <summary>A folder that everybody may reach and write.</summary>
    private string Reachable()
    {
        string folder = Directory.CreateDirectory(_scratch.At("open-to-all")).FullName;
        Linux.SetMode(Path.GetDirectoryName(folder)!, (UnixFileMode)0x1FF);
        Linux.SetMode(folder, (UnixFileMode)0x1FF);
        return folder;
    }

    private void AssertChangesNothing(Action<string> open) => OpenParts.AssertChangesNothing(_scratch.At("file"), Length, open);
}
