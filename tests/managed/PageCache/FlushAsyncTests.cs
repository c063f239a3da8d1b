namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.FlushAsync(FlushMode, CancellationToken)"/>.</summary>
public sealed class FlushAsyncTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public static TheoryData<FlushMode> Modes => [.. Enum.GetValues<FlushMode>()];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Every_mode_can_be_waited_for(FlushMode mode)
    {
        string path = _scratch.Patterned(4 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Write(s_page, 0x12345678);
        await map.FlushAsync(mode, TestContext.Current.CancellationToken);
        await map.FlushAsync(mode, s_page, 4, TestContext.Current.CancellationToken);
        await map.FlushAsync(mode, 9, 0, TestContext.Current.CancellationToken);
        Assert.Equal(0x12345678, BitConverter.ToInt32(Files.Bytes(path), s_page));
    }

    [Fact]
    public async Task Afterwards_no_page_of_the_range_is_dirty()
    {
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count dirty pages");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Sparse(256 * s_page), MapAccess.ReadWrite);
        map.Populate(forWriting: true);
        Assert.True(map.GetResidency().DirtyPages > 0);
        await map.FlushAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (map.GetResidency().DirtyPages, map.GetResidency().WritebackPages));
    }

    /// <summary>Which of the two comes first is for the scheduler to say: many rounds see both.</summary>
    [Fact]
    public async Task A_map_disposed_meanwhile_is_flushed_and_then_unmapped()
    {
        string path = _scratch.Sparse(64 * s_page);
        for (int round = 1; round <= 300; round++)
        {
            MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
            map.Write(0, round);
            ValueTask flushing = map.FlushAsync(FlushMode.Sync, TestContext.Current.CancellationToken);
            map.Dispose();
            Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
            await flushing;
            Assert.Equal(round, BitConverter.ToInt32(Files.Bytes(path), 0));
        }
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, Mappings.Count(path));
        }
    }

    [Fact]
    public async Task A_cancelled_token_keeps_it_from_beginning()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await map.FlushAsync(FlushMode.Sync, new CancellationToken(canceled: true)));
        map.Resize(2 * s_page);
    }

    [Fact]
    public void Bad_arguments_are_refused_at_once()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        Refused.Naming("mode", () => map.FlushAsync((FlushMode)5).AsTask());
        Refused.Naming("offset", () => map.FlushAsync(FlushMode.Sync, -1, 1).AsTask());
        Refused.Naming("length", () => map.FlushAsync(FlushMode.Sync, 0, 101).AsTask());
    }

    [Fact]
    public async Task Windows_wants_a_file_open_for_writing_for_the_stronger_modes()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Windows only: FlushFileBuffers asks for the right to write");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            async () => await map.FlushAsync(FlushMode.Durable, TestContext.Current.CancellationToken));
    }
}
