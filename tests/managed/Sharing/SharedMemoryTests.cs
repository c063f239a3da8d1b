using System.Runtime.InteropServices;

namespace MmapIo.Tests;

public sealed class SharedMemoryTests
{
    private static readonly int s_page = MemoryMap.PageSize;

    [Fact]
    public void What_one_map_writes_the_others_read()
    {
        using SharedName name = SharedName.New();
        using MemoryMap maker = MemoryMap.CreateShared(name.Text, 3 * s_page + 1);
        using MemoryMap user = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite);
        using MemoryMap reader = MemoryMap.OpenShared(name.Text, MapAccess.Read);
        Assert.Equal((3 * s_page + 1, MapAccess.ReadWrite, true), (maker.Length, maker.Access, maker.CanWrite));
        Assert.True(user.Length >= maker.Length);
        Assert.Equal(0, user.Read<byte>(3 * s_page));
        maker.Write(3 * s_page, (byte)7);
        user.Write(0, 47L);
        Assert.Equal((7, 47L), (reader.Read<byte>(3 * s_page), maker.Read<long>(0)));
        Assert.False(reader.CanWrite);
        Assert.Throws<NotSupportedException>(() => reader.Write(0, 1));
    }

    [Fact]
    public void A_copy_on_write_map_keeps_its_writes()
    {
        using SharedName name = SharedName.New();
        using MemoryMap maker = MemoryMap.CreateShared(name.Text, s_page);
        using MemoryMap copy = MemoryMap.OpenShared(name.Text, MapAccess.CopyOnWrite);
        copy.Write(0, 1);
        Assert.Equal(0, maker.Read<int>(0));
    }

    [Fact]
    public void Another_process_opens_it_by_name()
    {
        using SharedName name = SharedName.New();
        using MemoryMap map = MemoryMap.CreateShared(name.Text, s_page);
        map.Write(8, 11L);
        using Child child = Child.Start(ChildParts.Sharer, name.Text);
        Assert.Equal("11", child.Ask("8 12"));
        Assert.Equal(12L, map.Read<long>(8));
        map.Write(8, 13L);
        Assert.Equal("13", child.Ask("8 14"));
        child.Finish();
    }

    [Fact]
    public void The_name_lasts_until_it_is_deleted()
    {
        Needs.Capability(MemoryMap.Capabilities.SharedNamesLast, "keep a name without a user");
        using SharedName name = SharedName.New();
        MemoryMap.CreateShared(name.Text, s_page).Dispose();
        using (MemoryMap map = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite))
        {
            MemoryMap.DeleteShared(name.Text);
            map.Write(0, 1);
            using MemoryMap anew = MemoryMap.CreateShared(name.Text, s_page);
            Assert.Equal(0, anew.Read<int>(0));
        }
        MemoryMap.DeleteShared(name.Text);
        Assert.Throws<FileNotFoundException>(() => MemoryMap.OpenShared(name.Text, MapAccess.Read));
    }

    [Fact]
    public void What_is_there_is_opened_and_what_is_not_is_made()
    {
        using SharedName name = SharedName.New();
        using MemoryMap made = MemoryMap.OpenOrCreateShared(name.Text, 100_000, out bool created);
        Assert.Equal((true, 100_000, true), (created, made.Length, made.CanWrite));
        made.Write(99_999, (byte)7);
        using MemoryMap opened = MemoryMap.OpenOrCreateShared(name.Text, 50, out created);
        Assert.Equal((false, 7), (created, opened.Read<byte>(99_999)));
        using MemoryMap read = MemoryMap.OpenShared(name.Text);
        Assert.Equal((MapAccess.Read, 7), (read.Access, read.Read<byte>(99_999)));
        Assert.Equal("length", Refused.Naming(
            "length", () => MemoryMap.OpenOrCreateShared(name.Text, 10_000_000)).ParamName);
        Refused.Naming("length", () => MemoryMap.OpenOrCreateShared(name.Text, 0));
        Refused.Naming("name", () => MemoryMap.OpenOrCreateShared("a/b", 1));
    }

    [Fact]
    public void Of_all_that_open_or_create_at_a_time_one_creates()
    {
        using SharedName name = SharedName.New();
        var maps = new MemoryMap[8];
        int created = 0;
        Parallel.For(0, maps.Length, i =>
        {
            maps[i] = MemoryMap.OpenOrCreateShared(name.Text, 4096, out bool made);
            Interlocked.Add(ref created, made ? 1 : 0);
            maps[i].Add(0, 1);
        });
        Assert.Equal((1, maps.Length), (created, maps[0].Read<int>(0)));
        Assert.All(maps, map => map.Dispose());
    }

    [Fact]
    public void Memory_that_is_there_is_mapped_as_the_options_say()
    {
        using SharedName name = SharedName.New();
        using MemoryMap made = MemoryMap.CreateShared(name.Text, 10_000);
        using MemoryMap ahead = MemoryMap.OpenShared(name.Text, options: new MapOptions { Populate = true, Advice = MapAdvice.Random });
        long found = OperatingSystem.IsWindows() ? made.PageCount * MemoryMap.PageSize : made.Length;
        Assert.Equal(found, ahead.Length);
        using SafeHandle handle = made.ExportHandle();
        using MemoryMap imported = MemoryMap.OpenShared(handle, MapAccess.ReadWrite, new MapOptions { Populate = true });
        Assert.Equal(found, imported.Length);
        using MemoryMap byDefault = MemoryMap.OpenShared(handle);
        Assert.Equal(MapAccess.Read, byDefault.Access);
        foreach (MapOptions bad in new MapOptions[] { new() { Length = 1 }, new() { Offset = 1 }, new() { Reserve = -1 } })
        {
            Refused.Naming("options", () => MemoryMap.OpenShared(name.Text, MapAccess.Read, bad));
            Refused.Naming("options", () => MemoryMap.OpenShared(handle, MapAccess.Read, bad));
        }
    }

    [Fact]
    public void It_goes_with_its_last_map_where_that_is_asked_for()
    {
        using SharedName name = SharedName.New();
        MemoryMap maker = MemoryMap.CreateShared(name.Text, s_page, new MapOptions { DeleteOnClose = true });
        using (MemoryMap user = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite))
        {
            maker.Dispose();
            user.Write(0, 1);
            if (!OperatingSystem.IsMacOS())
            {
                MemoryMap.OpenShared(name.Text, MapAccess.Read).Dispose();
            }
        }
        FileNotFoundException gone =
            Assert.Throws<FileNotFoundException>(() => MemoryMap.OpenShared(name.Text, MapAccess.Read));
        Assert.Equal(name.Text, gone.FileName);
        Assert.Equal(MapStatus.NotFound, Assert.IsType<MmapIoException>(gone.InnerException).Status);
        Assert.Throws<FileNotFoundException>(() => MemoryMap.DeleteShared(name.Text));
    }

    [Fact]
    public void Making_what_is_there_is_an_IOException_of_status_Exists()
    {
        using SharedName name = SharedName.New();
        using MemoryMap map = MemoryMap.CreateShared(name.Text, s_page);
        MmapIoException exists = Assert.Throws<MmapIoException>(() => MemoryMap.CreateShared(name.Text, s_page));
        Assert.Equal(MapStatus.Exists, exists.Status);
        Assert.NotEqual(0, exists.OsErrorCode);
        Assert.Contains(name.Text, exists.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("/a")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("Global\\a")]
    [InlineData("1234567890123456789012345678901")]
    public void A_name_that_is_not_good_everywhere_is_refused(string bad)
    {
        Refused.Naming("name", () => MemoryMap.CreateShared(bad, s_page));
        Refused.Naming("name", () => MemoryMap.OpenShared(bad, MapAccess.Read));
        Refused.Naming("name", () => MemoryMap.DeleteShared(bad));
        Refused.Naming("name", () => MapRingBuffer.Create(bad, 1));
        Refused.Naming("name", () => MapRingBuffer.Open(bad));
    }

    [Fact]
    public void Other_bad_arguments_are_refused_by_name()
    {
        Refused.Naming("name", () => MemoryMap.OpenShared((string)null!, MapAccess.Read));
        Refused.Naming("name", () => MemoryMap.DeleteShared(null!));
        Refused.Naming("access", () => MemoryMap.OpenShared("a", (MapAccess)99));
        Refused.Naming("length", () => MemoryMap.CreateShared(null, 0));
        Refused.Naming("length", () => MemoryMap.CreateShared(null, -1));
        Refused.Naming("options", () => MemoryMap.CreateShared(null, 10, new MapOptions { Offset = 1 }));
        Refused.Naming("options", () => MemoryMap.CreateShared(null, 10, new MapOptions { Length = 11 }));
        Refused.Naming("handle", () => MemoryMap.OpenShared((SafeHandle)null!, MapAccess.Read));
    }

    [Fact]
    public void Only_its_user_may_open_it()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Linux only: shared memory has a file's permissions there");
            return;
        }
        using SharedName name = SharedName.New();
        using MemoryMap map = MemoryMap.CreateShared(name.Text, s_page);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(name.Path));
        Assert.SkipUnless(Linux.IsRoot, "only root can be somebody else");
        using Child child = Child.StartUnprivileged(ChildParts.Sharer, name.Text);
        (int code, string complaint) = child.Perish();
        Assert.NotEqual(0, code);
        Assert.Contains(nameof(UnauthorizedAccessException), complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handle_stands_for_the_memory()
    {
        using SafeHandle handle = Export(out long length);
        using MemoryMap other = MemoryMap.OpenShared(handle, MapAccess.ReadWrite);
        using MemoryMap reader = MemoryMap.OpenShared(handle, MapAccess.Read);
        Assert.True(other.Length >= length);
        Assert.Equal(5, other.Read<int>(length - 4));
        other.Write(0, 6);
        Assert.Equal(6, reader.Read<int>(0));
    }

    [Fact]
    public void A_handle_that_is_closed_or_that_memory_does_not_have_is_refused()
    {
        using MemoryMap memory = MemoryMap.CreateAnonymous(s_page);
        Assert.Throws<PlatformNotSupportedException>(memory.ExportHandle);
        SafeHandle handle = Export(out _);
        handle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => MemoryMap.OpenShared(handle, MapAccess.Read));
        MemoryMap closed = MemoryMap.CreateShared(null, s_page);
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(closed.ExportHandle);
        Assert.Throws<ObjectDisposedException>(() => closed.Seals);
        Assert.Throws<ObjectDisposedException>(() => closed.Seal(MapSeals.Grow));
    }

    [Fact]
    public void Seals_forbid_for_good()
    {
        using MemoryMap map = MemoryMap.CreateShared(null, s_page);
        Refused.Naming("seals", () => map.Seal((MapSeals)32));
        map.Seal(MapSeals.Shrink | MapSeals.Grow);
        Assert.Equal(MapSeals.Shrink | MapSeals.Grow, map.Seals);
        Assert.ThrowsAny<SystemException>(() => map.Resize(10 * s_page));
        Assert.Equal(s_page, map.Length);
        if (!MemoryMap.Capabilities.CanSeal)
        {
            Assert.Throws<PlatformNotSupportedException>(() => map.Seal(MapSeals.Write));
            return;
        }
        Assert.Equal(MapStatus.Busy, Assert.Throws<MmapIoException>(() => map.Seal(MapSeals.Write)).Status);
        using SafeHandle handle = map.ExportHandle();
        map.Dispose();
        using MemoryMap sealer = MemoryMap.OpenShared(handle, MapAccess.CopyOnWrite);
        sealer.Seal(MapSeals.Write | MapSeals.Seal);
        Assert.Throws<UnauthorizedAccessException>(() => MemoryMap.OpenShared(handle, MapAccess.ReadWrite));
        Assert.Throws<UnauthorizedAccessException>(() => sealer.Seal(MapSeals.FutureWrite));
    }

    [Fact]
    public void Neither_making_nor_failing_leaves_anything()
    {
        Needs.Linux("the kernel's account of mappings and descriptors");
        using SharedName name = SharedName.New();
        using (MemoryMap map = MemoryMap.CreateShared(name.Text, s_page))
        {
            for (int round = 0; round < 300; round++)
            {
                MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite).Dispose();
                Assert.Throws<MmapIoException>(() => MemoryMap.CreateShared(name.Text, s_page));
            }
            Assert.Equal((1, 1), (Mappings.Count(name.Path), Mappings.OpenFiles(name.Path)));
        }
        Assert.Equal((0, 0), (Mappings.Count(name.Path), Mappings.OpenFiles(name.Path)));
    }

    private static SafeHandle Export(out long length)
    {
        using MemoryMap map = MemoryMap.CreateShared(null, 2 * s_page);
        map.Write(2 * s_page - 4, 5);
        length = map.Length;
        return map.ExportHandle();
    }
}
