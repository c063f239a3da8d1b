using Spectre.Console;

namespace MmapIo.Tool.Reports;

/// <summary>The terminal as its owner wants it written to.</summary>
internal static class Terminal
{
    public static IAnsiConsole On(TextWriter output)
    {
        // https://no-color.org. With it goes the bold print: whoever asks for no colour has no use for it either.
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
    }
}
