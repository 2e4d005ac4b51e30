-- Drives the language client of Neovim 0.7 as a person would who has the lines of the docs in setup.lua. Writes one
-- JSON object to answer.json.

local answer = {}

-- Lets Neovim go on until the condition holds.
local function wait(what, condition)
  local this = coroutine.running()
  local left = 1000
  local function look()
    left = left - 1
    if condition() then
      coroutine.resume(this, true)
    elseif left == 0 then
      coroutine.resume(this, false)
    else
      vim.defer_fn(look, 20)
    end
  end
  vim.defer_fn(look, 20)
  if not coroutine.yield() then
    error('waited in vain for ' .. what)
  end
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n'
end

local function open(file)
  vim.cmd('edit ' .. file)
  return vim.api.nvim_get_current_buf()
end

-- Asks for code actions at the cursor, takes the first that fits, and waits for its edit.
local function act(buffer, context, fits)
  local offered
  vim.ui.select = function(items, _, choose)
    offered = {}
    local chosen
    for _, item in ipairs(items) do
      table.insert(offered, item[2].title)
      chosen = chosen or fits(item[2]) and item or nil
    end
    choose(chosen)
  end
  local before = vim.api.nvim_buf_get_changedtick(buffer)
  vim.lsp.buf.code_action(context)
  wait('a code action', function() return vim.api.nvim_buf_get_changedtick(buffer) ~= before end)
  return offered
end

local function work()
  vim.cmd('filetype on')
  dofile('setup.lua')
  local buffer = open('cluster.yml')
  wait('findings', function() return #vim.diagnostic.get(buffer) > 0 end)
  answer.found = vim.tbl_map(function(found)
    return { found.code, found.lnum, found.col, found.end_col, found.severity, found.source, found.message }
  end, vim.diagnostic.get(buffer))

  vim.fn.search('ecrCredentialPlugin')
  answer.offered = act(buffer, nil, function(action) return action.isPreferred end)
  answer.fixed = text(buffer)
  wait('a file without errors', function()
    return #vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR }) == 0
  end)

  vim.cmd('undo')
  vim.cmd('normal! gg0')
  act(buffer, { only = { 'source.fixAll' }, diagnostics = {} }, function() return true end)
  answer.all_fixed = text(buffer)

  vim.fn.search('is_default')
  vim.lsp.buf.hover()
  local float
  wait('the hover', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        float = window
      end
    end
    return float
  end)
  answer.hover = text(vim.api.nvim_win_get_buf(float))

  local other = open('values.yml')
  buffer = open('new.rke.yml')
  vim.o.completeopt = 'menuone'
  vim.bo.omnifunc = 'v:lua.vim.lsp.omnifunc'
  vim.api.nvim_input('Go- url: r.example.com<CR>  is_d<C-x><C-o>')
  wait('the menu', function() return vim.fn.pumvisible() == 1 end)
  vim.api.nvim_input('<C-y>tru')
  wait('typing', function() return text(buffer):match('tru\n$') end)
  vim.api.nvim_input('<C-x><C-o>')
  wait('the second menu', function() return vim.fn.pumvisible() == 1 end)
  vim.api.nvim_input('<C-y><Esc>')
  wait('the end of typing', function() return vim.fn.mode() == 'n' end)
  answer.completed = text(buffer)
  answer.elsewhere = vim.diagnostic.get(other)

  vim.lsp.stop_client(drydock)
  wait('the end', function() return vim.lsp.client_is_stopped(drydock) end)
end

coroutine.wrap(function()
  local worked, fault = xpcall(work, debug.traceback)
  answer.fault = not worked and fault or nil
  vim.fn.writefile({ vim.fn.json_encode(answer) }, 'answer.json')
  vim.cmd('qall!')
end)()
