namespace MmapIo.Tests.Tool;

/// <summary>What <c>mmapio stat</c> draws in a terminal.</summary>
public sealed class StatTerminalTests
{
    private const int Margins = 4;
    private const string Colour = "\e[38;";

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public void The_strip_is_as_wide_as_the_terminal_and_shows_the_half_that_is_there(int columns)
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = Touched.FirstPages(memory, 2 * (columns - Margins), columns - Margins);
        string strip = Strip(ToolProcess.RunInTerminal(columns, path, "NO_COLOR=1"));
        int half = (columns - Margins) / 2;
        Assert.Equal("  " + new string('█', half) + new string('·', half), strip);
    }

    [Fact]
    public void The_strip_is_in_colour()
    {
        using Scratch scratch = new();
        ToolProcess run = ToolProcess.RunInTerminal(80, scratch.Holding(new byte[100_000]));
        Assert.Contains(Colour, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR=1")]
    [InlineData("TERM=dumb")]
    public void Colour_can_be_declined(string wish)
    {
        using Scratch scratch = new();
        ToolProcess run = ToolProcess.RunInTerminal(80, scratch.Holding(new byte[100_000]), wish);
        Assert.DoesNotContain("\e[3", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[1m", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_strip_is_of_ascii_where_the_terminal_knows_no_other()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = Touched.Pages(memory, 3, 0, 2);
        Assert.Equal("  #.#", Strip(ToolProcess.RunInTerminal(80, path, "NO_COLOR=1 LC_ALL=en_US.ISO-8859-1")));
    }

    [Fact]
    public void Brackets_in_a_name_are_no_markup()
    {
        using Scratch scratch = new();
        string path = scratch.Holding([1], "[red][[x]");
        ToolProcess run = ToolProcess.RunInTerminal(200, path, "NO_COLOR=1");
        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith(path, run.OutputLines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_has_no_strip()
    {
        using Scratch scratch = new();
        ToolProcess run = ToolProcess.RunInTerminal(80, scratch.Holding([]), "NO_COLOR=1");
        Assert.Equal(3, run.OutputLines.Length);
        Assert.Contains("0 of 0 pages", run.Output, StringComparison.Ordinal);
    }

    private static string Strip(ToolProcess run)
    {
        Assert.Equal(0, run.ExitCode);
        return run.OutputLines[^1];
    }
}
