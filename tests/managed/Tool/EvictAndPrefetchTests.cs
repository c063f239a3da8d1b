using System.Text.Json;

namespace MmapIo.Tests.Tool;

/// <summary><c>mmapio evict</c> and <c>mmapio prefetch</c>.</summary>
public sealed class EvictAndPrefetchTests
{
    private const int SomeFailed = 1;

    private static readonly int s_page = MemoryMap.PageSize;

    [Fact]
    public void Evicting_says_how_many_pages_left()
    {
        NeedsEviction();
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned((20 * s_page) + 1);
        ToolProcess run = ToolProcess.Run("evict", path);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(
            $"{path}\tbytes={(20 * s_page) + 1}\tpages=21\tevicted=21\tremaining=0", Assert.Single(run.OutputLines));
        Assert.Equal(0, MapFile.GetResidency(path).ResidentPages);
        Assert.Equal("evicted=0", ToolProcess.Run("evict", path).OutputLines[0].Split('\t')[3]);
    }

    [Fact]
    public void Pages_that_are_mapped_remain()
    {
        NeedsEviction();
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Patterned(20 * s_page, "mapped"));
        map.Populate();
        ToolProcess run = ToolProcess.Run("evict", "--json", disk.At("mapped"));
        JsonElement file = Assert.Single(Parse(run));
        Assert.Equal(disk.At("mapped"), file.GetProperty("path").GetString());
        Assert.Equal(20 * s_page, file.GetProperty("bytes").GetInt64());
        Assert.Equal(s_page, file.GetProperty("pageSize").GetInt32());
        Assert.Equal(
            (20, 0, 20), (Number(file, "pages"), Number(file, "evictedPages"), Number(file, "remainingPages")));
        Assert.Equal(JsonValueKind.Null, file.GetProperty("unknownReason").ValueKind);
    }

    [Fact]
    public void Prefetching_brings_a_file_in()
    {
        NeedsEviction();
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(20 * s_page);
        _ = MapFile.Evict(path);
        ToolProcess run = ToolProcess.Run("prefetch", path);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal($"{path}\tbytes={20 * s_page}\toutcome=applied", Assert.Single(run.OutputLines));
        Assert.Equal(20, MapFile.GetResidency(path).ResidentPages);
        JsonElement file = Assert.Single(Parse(ToolProcess.Run("prefetch", "--json", path)));
        Assert.Equal(
            (path, "applied"), (file.GetProperty("path").GetString(), file.GetProperty("outcome").GetString()));
    }

    [Theory]
    [InlineData("evict")]
    [InlineData("prefetch")]
    public void What_cannot_be_dealt_with_is_said_and_the_rest_is_done(string command)
    {
        NeedsEviction();
        using Scratch scratch = new();
        string first = scratch.Holding([1], "first");
        string last = scratch.Holding([1], "last");
        Linux.MakeFifo(scratch.At("pipe"));
        ToolProcess run = ToolProcess.Run(
            command, first, scratch.At("missing"), scratch.At("."), scratch.At("pipe"), last);
        Assert.Equal(SomeFailed, run.ExitCode);
        Assert.Equal([first, last], run.OutputLines.Select(line => line.Split('\t')[0]));
        Assert.Equal(
            [
                $"mmapio: {scratch.At("missing")}: no such file",
                $"mmapio: {scratch.At(".")}: is a directory",
                $"mmapio: {scratch.At("pipe")}: is a pipe",
            ],
            run.ErrorLines);
    }

    [Theory]
    [InlineData("evict")]
    [InlineData("prefetch")]
    public void A_file_that_may_not_be_read_is_denied(string command)
    {
        NeedsEviction();
        using Scratch scratch = new();
        string path = scratch.Holding([1]);
        Linux.SetMode(path, UnixFileMode.None);
        ToolProcess run = ToolProcess.RunUnprivileged(command, path);
        Assert.Equal(SomeFailed, run.ExitCode);
        Assert.Equal($"mmapio: {path}: permission denied", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public void Who_may_only_read_a_file_is_not_told_what_left()
    {
        NeedsEviction();
        Assert.SkipUnless(Linux.IsRoot, "only root has files that others may read and not own");
        using Scratch scratch = new();
        string path = scratch.Holding([1]);
        Linux.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        string line = Assert.Single(ToolProcess.RunUnprivileged("evict", path).OutputLines);
        Assert.EndsWith(
            "\tevicted=unknown\tremaining=unknown\treason=only those who own the file or may write it are told", line,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evict", "1 page evicted, 0 of 1 still in memory")]
    [InlineData("prefetch", "4096 bytes, applied")]
    public void People_at_a_terminal_get_a_sentence(string command, string sentence)
    {
        NeedsEviction();
        Assert.SkipUnless(s_page == 4096, "the sentences are about pages of 4096 bytes");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(4096);
        ToolProcess run = ToolProcess.RunInTerminal(120, path, command: command);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(sentence, run.Output, StringComparison.Ordinal);
        Assert.Contains(path, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evict", "--jsn", "x")]
    [InlineData("evict")]
    [InlineData("prefetch")]
    public void Arguments_that_make_no_sense_have_an_exit_code_of_their_own(params string[] arguments)
    {
        ToolProcess run = ToolProcess.Run(arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"mmapio: see 'mmapio {arguments[0]} --help'", run.ErrorLines[1]);
    }

    private static JsonElement[] Parse(ToolProcess run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return [.. document.RootElement.EnumerateArray().Select(file => file.Clone())];
    }

    private static long Number(JsonElement file, string name) => file.GetProperty(name).GetInt64();

    private static void NeedsEviction()
    {
        Needs.Linux("what leaves the page cache depends on the system");
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count pages while they are being read");
    }
}
