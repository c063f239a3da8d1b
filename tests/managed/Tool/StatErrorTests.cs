using System.Net.Sockets;

namespace MmapIo.Tests.Tool;

/// <summary>What <c>mmapio stat</c> cannot show gets one line on standard error, and the rest is shown.</summary>
public sealed class StatErrorTests
{
    private const int SomeFailed = 1;
    private const int WrongUsage = 2;

    [Fact]
    public void A_missing_file()
    {
        using Scratch scratch = new();
        AssertRefused(scratch.At("missing"), "no such file");
        AssertRefused(Path.Combine(scratch.At("missing"), "too"), "no such file");
    }

    [Fact]
    public void A_file_below_a_file()
    {
        using Scratch scratch = new();
        AssertRefused(Path.Combine(scratch.Holding([1]), "below"), "no such file");
    }

    [Fact]
    public void A_directory()
    {
        using Scratch scratch = new();
        AssertRefused(scratch.At("."), "is a directory");
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        Needs.Posix("Windows keeps its pipes apart from files");
        using Scratch scratch = new();
        Linux.MakeFifo(scratch.At("pipe"));
        AssertRefused(scratch.At("pipe"), "is a pipe");
        File.CreateSymbolicLink(scratch.At("link"), scratch.At("pipe"));
        AssertRefused(scratch.At("link"), "is a pipe");
    }

    [Fact]
    public void A_socket()
    {
        Needs.Posix("Windows opens none by a path");
        using Scratch scratch = new();
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scratch.At("s")));
        AssertRefused(scratch.At("s"), "is a socket");
    }

    [Fact]
    public void A_device()
    {
        Needs.Posix("Windows has no devices among its files");
        AssertRefused("/dev/null", "is a device");
    }

    [Fact]
    public void A_file_that_may_not_be_read()
    {
        Needs.Posix("Windows has no mode that keeps a file from being read");
        using Scratch scratch = new();
        string path = scratch.Holding([1]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }
        AssertRefused(ToolProcess.RunUnprivileged("stat", path), path, "permission denied");
    }

    [Fact]
    public void A_file_that_cannot_be_mapped_is_shown_all_the_same()
    {
        const string Path = "/sys/kernel/mm/transparent_hugepage/enabled";
        Needs.Linux("sysfs");
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "tell residency without a mapping");
        Assert.SkipUnless(File.Exists(Path), $"this kernel has no {Path}");
        ToolProcess run = ToolProcess.Run("stat", Path);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal("0", ToolProcess.Fields(Assert.Single(run.OutputLines))["resident"]);
    }

    [Fact]
    public void Other_files_are_shown_all_the_same()
    {
        using Scratch scratch = new();
        string first = scratch.Holding([1], "first");
        string missing = scratch.At("missing");
        string last = scratch.Holding([1], "last");
        ToolProcess run = ToolProcess.Run("stat", first, missing, last);
        Assert.Equal(SomeFailed, run.ExitCode);
        Assert.Equal([first, last], run.OutputLines.Select(line => ToolProcess.Fields(line)["path"]));
        Assert.Equal($"mmapio: {missing}: no such file", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public void A_name_of_several_lines_gets_one()
    {
        Needs.Posix("Windows has no such names");
        AssertRefused("no\nsuch\e[1m", "no such file", @"no\nsuch\x1b[1m");
    }

    [Theory]
    [InlineData("stat")]
    [InlineData("stat", "--jsn", "x")]
    [InlineData("stta", "x")]
    [InlineData("--nonsense")]
    public void Arguments_that_make_no_sense_have_an_exit_code_of_their_own(params string[] arguments)
    {
        ToolProcess run = ToolProcess.Run(arguments);
        Assert.Equal(WrongUsage, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(2, run.ErrorLines.Length);
        Assert.All(run.ErrorLines, line => Assert.StartsWith("mmapio: ", line, StringComparison.Ordinal));
        Assert.Contains("--help", run.ErrorLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_looks_like_an_option_goes_after_two_dashes()
    {
        ToolProcess run = ToolProcess.Run("stat", "--", "--json");
        Assert.Equal((SomeFailed, "mmapio: --json: no such file"), (run.ExitCode, Assert.Single(run.ErrorLines)));
    }

    [Theory]
    [InlineData("$MMAPIO stat {0} > /dev/full", "No space left on device")]
    [InlineData("$MMAPIO stat --json {0} > /dev/full", "No space left on device")]
    [InlineData("$MMAPIO stat {0} >&-", "Bad file descriptor")]
    public void An_output_that_takes_nothing_is_an_error_in_one_line(string line, string reason)
    {
        Needs.Linux("/dev/full");
        using Scratch scratch = new();
        ToolProcess run = ToolProcess.RunInShell(string.Format(null, line, scratch.Holding([1])));
        Assert.Equal(SomeFailed, run.ExitCode);
        Assert.Equal($"mmapio: standard output: {reason}", Assert.Single(run.ErrorLines));
    }

    private static void AssertRefused(string path, string reason, string? shown = null) =>
        AssertRefused(ToolProcess.Run("stat", path), shown ?? path, reason);

    private static void AssertRefused(ToolProcess run, string path, string reason)
    {
        Assert.Equal(SomeFailed, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal($"mmapio: {path}: {reason}", Assert.Single(run.ErrorLines));
    }
}
