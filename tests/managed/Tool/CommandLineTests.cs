namespace MmapIo.Tests.Tool;

/// <summary>The command without a file: what it is, and how to use it.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void The_version_is_one_line_without_a_commit()
    {
        ToolProcess run = ToolProcess.Run("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$", Assert.Single(run.OutputLines));
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    public void Alone_it_shows_how_to_use_it(params string[] arguments)
    {
        ToolProcess run = ToolProcess.Run(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("  mmapio [command] [options]", run.OutputLines);
        Assert.Contains(run.OutputLines, line => line.StartsWith("  stat <FILE>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("stat")]
    [InlineData("evict")]
    [InlineData("prefetch")]
    public void Each_command_describes_itself(string command)
    {
        ToolProcess run = ToolProcess.Run(command, "--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains($"  mmapio {command} <FILE>... [options]", run.OutputLines);
        Assert.Contains("--json", run.Output, StringComparison.Ordinal);
    }
}
